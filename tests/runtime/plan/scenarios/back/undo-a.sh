echo "undo a"
rm -f "$PLACE/a"
[ ! -e "$PLACE/fail-undo" ] || exit 7
