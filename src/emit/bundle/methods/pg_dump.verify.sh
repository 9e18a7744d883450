# Reads a PostgreSQL backup from its first byte to its last and says whether it is whole.
# The kind is told by the content: a directory, an archive (PGDMP) or SQL text. Reads RBK_BACKUP_FILE.
set -eu

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

file=$RBK_BACKUP_FILE
[ -e "$file" ] || fail "there is no backup at $file"

if [ -d "$file" ]; then
    [ -s "$file/toc.dat" ] || fail "$file has no table of contents (toc.dat): not a whole pg_dump directory"
    pg_restore -Fd -f /dev/null "$file" || fail "pg_restore cannot read all of $file"
    exit 0
fi

[ -s "$file" ] || fail "$file is empty"
if [ "$(dd if="$file" bs=5 count=1 2>/dev/null)" = PGDMP ]; then
    pg_restore -Fc -f /dev/null "$file" || fail "pg_restore cannot read all of $file"
    exit 0
fi

head -n 5 "$file" | grep -q '^-- PostgreSQL database dump$' ||
    fail "$file is neither a pg_dump archive nor pg_dump's SQL text"
tail -n 12 "$file" | grep -q '^-- PostgreSQL database dump complete$' ||
    fail "$file is cut short: pg_dump's last line (dump complete) is missing"
