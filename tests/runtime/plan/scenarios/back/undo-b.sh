rm -f "$PLACE/b"
echo undone b
