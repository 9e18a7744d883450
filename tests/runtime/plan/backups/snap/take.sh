echo data >"$1"
