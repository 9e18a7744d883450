exit "$(cat "$PLACE/up" 2>/dev/null || echo 0)"
