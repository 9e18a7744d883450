test -e "$PLACE/a"
