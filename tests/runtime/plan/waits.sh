# Waits while $PLACE/hold-NAME is there; its process is in $PLACE/NAME.pid.
echo $$ >"$PLACE/$1.pid.part"
mv "$PLACE/$1.pid.part" "$PLACE/$1.pid"
while [ -e "$PLACE/hold-$1" ]; do sleep 0.1; done
