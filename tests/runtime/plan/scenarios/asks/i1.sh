touch "$PLACE/i1"
until [ -e "$PLACE/i2" ]; do sleep 0.1; done
