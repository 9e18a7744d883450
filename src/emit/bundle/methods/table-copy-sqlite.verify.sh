# Are the side tables there, with every row that was copied? Reads RBK_BACKUP_FILE (the receipt) and RBK_SQLITE_FILE.
set -eu

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}
ask() {
    sqlite3 -batch -bail -noheader "$RBK_SQLITE_FILE" "$1"
}

[ -s "$RBK_SQLITE_FILE" ] || fail "there is no database at $RBK_SQLITE_FILE"
[ "$(sed -n '1p; $p' "$RBK_BACKUP_FILE" | tr '\n' ' ')" = 'rbk table copy end ' ] ||
    fail "$RBK_BACKUP_FILE is no whole receipt of a table copy"
copy=$(sed -n 's/^copy \([0-9_]*\)$/\1/p' "$RBK_BACKUP_FILE")
[ -n "$copy" ] || fail "$RBK_BACKUP_FILE names no copy"
sed -n 's/^table //p' "$RBK_BACKUP_FILE" | while read -r number rows name; do
    there=$(ask "SELECT count(*) FROM rbk_copy_${copy}_$number") || fail "the copy of $name is gone"
    [ "$there" -eq "$rows" ] || fail "the copy of $name holds $there rows instead of $rows"
done
