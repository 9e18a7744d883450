# Reads every page of a copy of an SQLite database. Reads RBK_BACKUP_FILE.
set -eu

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

# sqlite3 takes an empty file for an empty database, and finds it sound.
[ -s "$RBK_BACKUP_FILE" ] || fail "$RBK_BACKUP_FILE is empty or not there"
[ "$(dd if="$RBK_BACKUP_FILE" bs=15 count=1 2>/dev/null)" = 'SQLite format 3' ] || fail "$RBK_BACKUP_FILE is no SQLite database"

pages=$(sqlite3 -readonly -batch -bail "$RBK_BACKUP_FILE" 'SELECT page_count * page_size FROM pragma_page_count, pragma_page_size') ||
    fail "$RBK_BACKUP_FILE cannot be read"
[ "$pages" -eq "$(wc -c <"$RBK_BACKUP_FILE")" ] || fail "$RBK_BACKUP_FILE is cut short: $(wc -c <"$RBK_BACKUP_FILE") bytes of $pages"
said=$(sqlite3 -readonly -batch -bail "$RBK_BACKUP_FILE" 'PRAGMA integrity_check(1)') || fail "$RBK_BACKUP_FILE cannot be read"
[ "$said" = ok ] || fail "$RBK_BACKUP_FILE is damaged: $said"
