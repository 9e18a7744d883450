# Are the side tables there, with every row that was copied? Reads RBK_BACKUP_FILE (the receipt) and PGHOST, PGUSER, ...
set -eu

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

[ "$(sed -n '1p; $p' "$RBK_BACKUP_FILE" | tr '\n' ' ')" = 'rbk table copy end ' ] ||
    fail "$RBK_BACKUP_FILE is no whole receipt of a table copy"
copy=$(sed -n 's/^copy \([0-9_]*\)$/\1/p' "$RBK_BACKUP_FILE")
[ -n "$copy" ] || fail "$RBK_BACKUP_FILE names no copy"

sed -n 's/^table //p' "$RBK_BACKUP_FILE" | while read -r number rows sum name; do
    there=$(psql -X -q -A -t --no-password -v ON_ERROR_STOP=1 </dev/null -c \
        "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM rbk.copy_${copy}_$number t") ||
        fail "the copy of $name cannot be read"
    [ "$there" = "$rows $sum" ] || fail "the copy of $name is not what was copied ($rows rows then, ${there%% *} now)"
done
