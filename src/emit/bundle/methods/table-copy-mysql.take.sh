# Copies tables of a MySQL or MariaDB database into side tables (rbk_copy_...) of the same database, on the server, value by value.
# One table is copied as of one moment while others write; of several, others wait with their writes until all are copied.
# The file is the receipt: which copy it is and what it holds.
# Reads RBK_BACKUP_FILE, RBK_BACKUP_TABLES, RBK_MYSQL_DATABASE, RBK_MYSQL_DEFAULTS and RBK_LOCK_TIMEOUT.
set -eu
umask 077

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}
client=${RBK_MYSQL_CLIENT:-}
if [ -z "$client" ]; then
    if command -v mariadb >/dev/null 2>&1; then client=mariadb; else client=mysql; fi
fi
run() {
    "$client" --defaults-file="$RBK_MYSQL_DEFAULTS" --batch --raw --binary-mode --skip-reconnect --skip-column-names
}
# Values that no mode of the server may round or refuse; MySQL keeps the next number of a table for a day unless it is told.
begin="SET NAMES utf8mb4; SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO', group_concat_max_len = 1000000;
/*!80000 SET SESSION information_schema_stats_expiry = 0 */;"
ask() {
    printf '%s\n' "$begin" "$1" | run
}
text() {
    printf 'CONVERT(0x%s USING utf8mb4)' "$(printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n')"
}
patience=${RBK_LOCK_TIMEOUT:-5s}
case $patience in
    *ms) patience=$(((${patience%ms} + 999) / 1000)) ;;
    *min) patience=$((${patience%min} * 60)) ;;
    *s) patience=${patience%s} ;;
esac

tables=$(printf '%s\n' "${RBK_BACKUP_TABLES:-}" | sed 's/^[[:blank:]]*//; s/[[:blank:]]*$//; /^$/d' | while IFS= read -r table; do
    case $table in
        \`*) table=$(printf '%s\n' "$table" | sed "s/^.//; s/.\$//; s/\`\`/\`/g") ;;
        "$RBK_MYSQL_DATABASE".*) table=${table#"$RBK_MYSQL_DATABASE".} ;;
    esac
    printf '%s\n' "$table"
done)
[ -n "$tables" ] || fail 'table-copy needs the names of the tables'
level='REPEATABLE READ'
[ "$(printf '%s\n' "$tables" | wc -l)" -gt 1 ] || level='READ COMMITTED'

ask "CREATE TABLE IF NOT EXISTS rbk_copy (copy VARCHAR(40) CHARACTER SET ascii NOT NULL, number INT NOT NULL,
    table_name VARCHAR(64) CHARACTER SET utf8mb4 NOT NULL, columns LONGTEXT CHARACTER SET utf8mb4 NOT NULL, next_value BIGINT UNSIGNED NULL,
    taken_at DATETIME NOT NULL, PRIMARY KEY (copy, number)) ENGINE = InnoDB COMMENT 'side tables of rollback plans, written by rbk bundles'"

copy=$(date -u +%Y%m%d%H%M%S)_$$
number=0
empty='' fill=''
while IFS= read -r table; do
    number=$((number + 1))
    is="TABLE_SCHEMA = DATABASE() AND BINARY TABLE_NAME = BINARY $(text "$table")"
    engine=$(ask "SELECT CONCAT(TABLE_TYPE, ' ', IFNULL(e.TRANSACTIONS, 'NO')) FROM information_schema.TABLES t
        LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE WHERE $is")
    case $engine in
        '') fail "there is no table $table" ;;
        'BASE TABLE YES') ;;
        'SYSTEM VERSIONED'*) fail "$table is system-versioned: bringing its rows back would write its history" ;;
        *) fail "$table is no table that knows transactions: bringing it back could stop half-way" ;;
    esac
    trigger=$(ask "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
        AND BINARY EVENT_OBJECT_TABLE = BINARY $(text "$table") AND EVENT_MANIPULATION <> 'UPDATE' LIMIT 1")
    [ -z "$trigger" ] || fail "$table has the trigger $trigger, which no server of this kind puts to sleep while rows are brought back: use a dump"
    names=$(ask "SELECT GROUP_CONCAT('\`', REPLACE(COLUMN_NAME, '\`', '\`\`'), '\`' ORDER BY ORDINAL_POSITION)
        FROM information_schema.COLUMNS WHERE $is AND IFNULL(GENERATION_EXPRESSION, '') = ''")
    quoted="\`$(printf '%s\n' "$table" | sed "s/\`/\`\`/g")\`"
    empty="$empty CREATE TABLE rbk_copy_${copy}_$number ENGINE = InnoDB AS SELECT $names FROM $quoted WHERE FALSE;"
    fill="$fill INSERT INTO rbk_copy_${copy}_$number ($names) SELECT $names FROM $quoted;
        INSERT INTO rbk_copy SELECT '$copy', $number, TABLE_NAME,
            (SELECT GROUP_CONCAT(COLUMN_NAME, ' ', COLUMN_TYPE, IFNULL(CONCAT(' ', COLLATION_NAME), ''),
                IF(IFNULL(GENERATION_EXPRESSION, '') = '', '', ' generated') ORDER BY ORDINAL_POSITION SEPARATOR '\n')
                FROM information_schema.COLUMNS WHERE $is), AUTO_INCREMENT, UTC_TIMESTAMP() FROM information_schema.TABLES WHERE $is;"
done <<TABLES
$tables
TABLES

ask "SET SESSION lock_wait_timeout = $patience, innodb_lock_wait_timeout = $patience; $empty
    SET SESSION TRANSACTION ISOLATION LEVEL $level; START TRANSACTION; $fill COMMIT;" || fail 'the tables could not be copied'

{
    printf 'rbk table copy\ncopy %s\n' "$copy"
    ask "SELECT CONCAT(number, ' ', table_name) FROM rbk_copy WHERE copy = '$copy' ORDER BY number" >"$RBK_BACKUP_FILE.names"
    while read -r number name; do
        rows=$(ask "SELECT COUNT(*) FROM rbk_copy_${copy}_$number")
        sum=$(ask "CHECKSUM TABLE rbk_copy_${copy}_$number EXTENDED" | awk '{ print $NF }')
        printf 'table %s %s %s %s\n' "$number" "$rows" "$sum" "$name"
    done <"$RBK_BACKUP_FILE.names"
    rm -f "$RBK_BACKUP_FILE.names"
    printf 'end\n'
} >"$RBK_BACKUP_FILE"
