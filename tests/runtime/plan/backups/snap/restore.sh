cp "$RBK_BACKUP_FILE" "$PLACE/restored"
