# Brings an SQLite database back to the state that was taken, through SQLite's backup API: one transaction on the file in
# its place; readers see the old state or the new one. rbk's own tables (rbk_...) stay as they are now.
# Reads RBK_BACKUP_FILE, RBK_SQLITE_FILE and RBK_LOCK_TIMEOUT.
set -eu
umask 077

scratch=${RBK_STATE:-${TMPDIR:-/tmp}}/tmp
mkdir -p "$scratch"
scratch=$scratch/restore.$$
trap 'rm -rf "$scratch"' EXIT
trap 'rm -rf "$scratch"; trap - EXIT; exit 129' HUP
trap 'rm -rf "$scratch"; trap - EXIT; exit 130' INT
trap 'rm -rf "$scratch"; trap - EXIT; exit 143' TERM
mkdir "$scratch"

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

word() {
    printf '%s\n' "$1" | awk '{ gsub(/[\\"]/, "\\\\&"); text = text (NR > 1 ? "\\n" : "") $0 } END { printf "\"%s\"\n", text }'
}

# How long others are waited for, in milliseconds.
patience=${RBK_LOCK_TIMEOUT:-5s}
case $patience in
    *ms) patience=${patience%ms} ;;
    *s) patience=${patience%s}000 ;;
    *min) patience=$((${patience%min} * 60000)) ;;
esac

[ -e "$RBK_SQLITE_FILE" ] || fail "there is no database at $RBK_SQLITE_FILE"
[ "$(dd if="$RBK_BACKUP_FILE" bs=15 count=1 2>/dev/null)" = 'SQLite format 3' ] || fail "$RBK_BACKUP_FILE is no SQLite database"
[ "$(sqlite3 -readonly -batch -bail "$RBK_BACKUP_FILE" 'PRAGMA integrity_check(1)')" = ok ] || fail "$RBK_BACKUP_FILE is damaged"

# Does anybody hold the file? A lock that cannot be had at once is somebody at work.
printf '%s\n' ".timeout $patience" 'BEGIN EXCLUSIVE;' 'ROLLBACK;' | sqlite3 -batch -bail "$RBK_SQLITE_FILE" ||
    fail "$RBK_SQLITE_FILE is in use: stop what writes to it; nothing was changed"

cat -- "$RBK_BACKUP_FILE" >"$scratch/next"
ours="SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'rbk\\_%' ESCAPE '\\'"
sqlite3 -batch -bail "$scratch/next" "SELECT 'DROP TABLE \"' || name || '\";' FROM ($ours)" >"$scratch/drop.sql"
{
    printf '%s\n' 'BEGIN;'
    cat "$scratch/drop.sql"
    printf '%s\n' ".timeout $patience" '.dump rbk\_%' | sqlite3 -batch -bail "$RBK_SQLITE_FILE" |
        sed -e '/^BEGIN TRANSACTION;$/d' -e '/^COMMIT;$/d' -e '/^PRAGMA foreign_keys=OFF;$/d'
    printf '%s\n' 'COMMIT;'
} >"$scratch/ours.sql"
sqlite3 -batch -bail "$scratch/next" <"$scratch/ours.sql" || fail 'the copy could not be made ready; nothing was changed'

printf '.timeout %s\n.restore %s\n' "$patience" "$(word "$scratch/next")" | sqlite3 -batch -bail "$RBK_SQLITE_FILE" ||
    fail "$RBK_SQLITE_FILE was not restored: it is as it was"
[ "$(sqlite3 -batch -bail "$RBK_SQLITE_FILE" 'PRAGMA integrity_check(1)')" = ok ] || fail "$RBK_SQLITE_FILE is damaged after the restore"

# sqlite3's status is not enough to be sure: what is there now is compared with what was to be there.
contents() {
    sqlite3 -batch -bail "$1" '.dump' | cksum
}
[ "$(contents "$scratch/next")" = "$(contents "$RBK_SQLITE_FILE")" ] || fail "$RBK_SQLITE_FILE is not what was restored: does somebody write to it?"
