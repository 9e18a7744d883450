touch "$PLACE/i2"
until [ -e "$PLACE/i1" ]; do sleep 0.1; done
