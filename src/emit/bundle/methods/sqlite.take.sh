# Takes an SQLite database as one file, through SQLite's backup API: consistent while others write.
# Reads RBK_BACKUP_FILE and RBK_SQLITE_FILE.
set -eu
umask 077

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

word() {
    printf '%s\n' "$1" | awk '{ gsub(/[\\"]/, "\\\\&"); text = text (NR > 1 ? "\\n" : "") $0 } END { printf "\"%s\"\n", text }'
}

# sqlite3 would make an empty database of a path that is not there.
[ -s "$RBK_SQLITE_FILE" ] || fail "there is no database at $RBK_SQLITE_FILE"
[ -z "${RBK_BACKUP_TABLES:-}" ] || fail 'the method sqlite takes the whole database: use table-copy for tables'

rm -f -- "$RBK_BACKUP_FILE"
printf '.timeout 10000\n.backup %s\n' "$(word "$RBK_BACKUP_FILE")" |
    sqlite3 -batch -bail "$RBK_SQLITE_FILE" || fail "$RBK_SQLITE_FILE could not be read: is it locked?"
[ -s "$RBK_BACKUP_FILE" ] || fail "nothing was taken of $RBK_SQLITE_FILE"

# One file that needs no other: a copy of a database in WAL mode says that it is in WAL mode as well.
[ "$(sqlite3 -batch -bail "$RBK_BACKUP_FILE" 'PRAGMA journal_mode = DELETE')" = delete ] || fail 'the copy could not be closed'
