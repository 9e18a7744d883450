echo 'p2 start' >>"$PLACE/p"
until grep -q 'p1 start' "$PLACE/p"; do sleep 0.1; done
exit 1
