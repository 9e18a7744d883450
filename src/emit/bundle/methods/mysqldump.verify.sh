# Is the dump whole? It says at its beginning how many tables it holds, and at its end that it is complete.
# Reads RBK_BACKUP_FILE.
set -eu

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

[ -s "$RBK_BACKUP_FILE" ] || fail "there is nothing at $RBK_BACKUP_FILE"
said=$(sed -n -e '1s/^-- rbk: whole \([0-9][0-9]*\)$/\1/p' -e '1s/^-- rbk: tables \([0-9][0-9]*\)$/\1/p' "$RBK_BACKUP_FILE")
[ -n "$said" ] || fail "$RBK_BACKUP_FILE is no dump that this backup has taken"
tail -n 3 "$RBK_BACKUP_FILE" | grep -q '^-- Dump completed' || fail "$RBK_BACKUP_FILE has no end: the dump was cut short"
held=$(LC_ALL=C grep -c '^CREATE TABLE ' "$RBK_BACKUP_FILE" || :)
[ "$held" -ge "$said" ] || fail "$RBK_BACKUP_FILE holds $held tables instead of $said"
