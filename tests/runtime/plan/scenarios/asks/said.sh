echo said >>"$PLACE/said"
