# Takes a MySQL or MariaDB database, or some of its tables, as readable SQL (mariadb-dump or mysqldump): rows as of one moment,
# with triggers, and for a whole database routines, events and its own character set.
# Reads RBK_BACKUP_FILE, RBK_BACKUP_TABLES (names, one a line; empty: everything), RBK_MYSQL_DATABASE and RBK_MYSQL_DEFAULTS, a file
# of options that holds the connection.
set -eu
umask 077

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}
first_of() {
    for program do
        if command -v "$program" >/dev/null 2>&1; then
            printf '%s' "$program"
            return
        fi
    done
}
client=${RBK_MYSQL_CLIENT:-$(first_of mariadb mysql)}
dump=${RBK_MYSQL_DUMP:-$(first_of mariadb-dump mysqldump)}
[ -n "$dump" ] || fail 'neither mariadb-dump nor mysqldump is installed here'
ask() {
    printf '%s\n' "SET NAMES utf8mb4; $1" |
        "$client" --defaults-file="$RBK_MYSQL_DEFAULTS" --batch --raw --binary-mode --skip-column-names
}
# text VALUE: as a literal of SQL that every sql_mode reads the same.
text() {
    printf 'CONVERT(0x%s USING utf8mb4)' "$(printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n')"
}

# Names as the program wants them: without quotes, and without the name of this database.
tables=$(printf '%s\n' "${RBK_BACKUP_TABLES:-}" | sed 's/^[[:blank:]]*//; s/[[:blank:]]*$//; /^$/d' | while IFS= read -r table; do
    case $table in
        \`*) table=$(printf '%s\n' "$table" | sed "s/^.//; s/.\$//; s/\`\`/\`/g") ;;
        "$RBK_MYSQL_DATABASE".*) table=${table#"$RBK_MYSQL_DATABASE".} ;;
    esac
    printf '%s\n' "$table"
done)
kind=whole
wanted="TABLE_SCHEMA = DATABASE() AND TABLE_TYPE NOT IN ('VIEW', 'SEQUENCE') AND TABLE_NAME NOT IN ('rbk_journal', 'rbk_lock') AND TABLE_NAME NOT LIKE 'rbk\\_copy%'"
if [ -n "$tables" ]; then
    kind=tables
    list=$(printf '%s\n' "$tables" | while IFS= read -r table; do
        found=$(ask "SELECT COUNT(*) FROM information_schema.TABLES WHERE $wanted AND BINARY TABLE_NAME = BINARY $(text "$table")")
        [ "$found" = 1 ] || fail "there is no table $table"
        printf ', %s' "$(text "$table")"
    done)
    wanted="$wanted AND TABLE_NAME IN (${list#, })"
fi
count=$(ask "SELECT COUNT(*) FROM information_schema.TABLES WHERE $wanted")

set -- "--defaults-file=$RBK_MYSQL_DEFAULTS" --default-character-set=utf8mb4 --quick --hex-blob --triggers --no-tablespaces \
    --max-allowed-packet=1G
# One snapshot for all tables needs an engine that keeps old rows; what has none is locked for as long as it takes.
without=$(ask "SELECT TABLE_NAME FROM information_schema.TABLES t JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
    WHERE $wanted AND e.TRANSACTIONS <> 'YES' LIMIT 1")
if [ -z "$without" ]; then
    set -- "$@" --single-transaction --skip-lock-tables
else
    printf '%s\n' "$without knows no transactions: writers wait while the tables are dumped" >&2
    set -- "$@" --lock-tables
fi
case $("$dump" --version) in
    *MariaDB*) ;;
    *) set -- "$@" --loose-set-gtid-purged=OFF --loose-column-statistics=0 ;;
esac
if [ "$kind" = whole ]; then
    set -- "$@" --routines --events
    for own in $(ask "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
        AND (TABLE_NAME IN ('rbk_journal', 'rbk_lock') OR TABLE_NAME LIKE 'rbk\\_copy%')"); do
        set -- "$@" "--ignore-table=$RBK_MYSQL_DATABASE.$own"
    done
fi
set -- "$@" -- "$RBK_MYSQL_DATABASE"
if [ "$kind" = tables ]; then
    while IFS= read -r table; do
        set -- "$@" "$table"
    done <<TABLES
$tables
TABLES
fi

{
    printf -- '-- rbk: %s %s\n' "$kind" "$count"
    [ "$kind" = tables ] || ask "SELECT CONCAT('ALTER DATABASE CHARACTER SET ', @@character_set_database, ' COLLATE ', @@collation_database, ';')"
} >"$RBK_BACKUP_FILE"
"$dump" "$@" >>"$RBK_BACKUP_FILE"
