# Are the side tables there, with every row that was copied? Reads RBK_BACKUP_FILE (the receipt) and RBK_MYSQL_DEFAULTS.
set -eu

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}
client=${RBK_MYSQL_CLIENT:-}
if [ -z "$client" ]; then
    if command -v mariadb >/dev/null 2>&1; then client=mariadb; else client=mysql; fi
fi
ask() {
    printf '%s\n' "$1" | "$client" --defaults-file="$RBK_MYSQL_DEFAULTS" --batch --raw --binary-mode --skip-column-names
}

[ "$(sed -n '1p; $p' "$RBK_BACKUP_FILE" | tr '\n' ' ')" = 'rbk table copy end ' ] ||
    fail "$RBK_BACKUP_FILE is no whole receipt of a table copy"
copy=$(sed -n 's/^copy \([0-9_]*\)$/\1/p' "$RBK_BACKUP_FILE")
[ -n "$copy" ] || fail "$RBK_BACKUP_FILE names no copy"

sed -n 's/^table //p' "$RBK_BACKUP_FILE" | while read -r number rows sum name; do
    there=$(ask "SELECT COUNT(*) FROM rbk_copy_${copy}_$number") || fail "the copy of $name is gone"
    [ "$there" -eq "$rows" ] || fail "the copy of $name holds $there rows instead of $rows"
    [ "$(ask "CHECKSUM TABLE rbk_copy_${copy}_$number EXTENDED" | awk '{ print $NF }')" = "$sum" ] ||
        fail "the copy of $name is not what was copied"
done
