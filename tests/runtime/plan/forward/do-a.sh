echo "doing a $RBK_PARAM_SPEED token=$TOKEN url=$DB_URL"
echo a >>"$PLACE/a"
sh "$RBK_HOME/waits.sh" a
echo end >>"$PLACE/a-end"
