echo doing b
echo b >>"$PLACE/b"
[ ! -e "$PLACE/fail-b" ] || { echo 'b goes wrong'; false; }
echo more
