echo 'p3 start' >>"$PLACE/p"
sh "$RBK_HOME/waits.sh" p3
[ ! -e "$PLACE/fail-p3" ]
