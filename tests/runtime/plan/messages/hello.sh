cat "$RBK_MESSAGE_FILE" >"$PLACE/sent"
