echo quick >>"$PLACE/quick"
