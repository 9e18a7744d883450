# p1 and p2 wait for each other: neither ends unless both run at the same time.
echo 'p1 start' >>"$PLACE/p"
until grep -q 'p2 start' "$PLACE/p"; do sleep 0.1; done
echo 'p1 end' >>"$PLACE/p"
