# Brings the rows of tables back from their side tables: exactly these rows, in one transaction; then the next number of each.
# Foreign keys are looked at when all rows are back, and no cascade takes others along.
# Reads RBK_BACKUP_FILE (the receipt), RBK_MYSQL_DEFAULTS and RBK_LOCK_TIMEOUT.
set -eu

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
begin="SET NAMES utf8mb4; SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO', group_concat_max_len = 1000000;"
ask() {
    printf '%s\n' "$begin" "$1" | run
}
patience=${RBK_LOCK_TIMEOUT:-5s}
case $patience in
    *ms) patience=$(((${patience%ms} + 999) / 1000)) ;;
    *min) patience=$((${patience%min} * 60)) ;;
    *s) patience=${patience%s} ;;
esac

[ "$(sed -n '1p; $p' "$RBK_BACKUP_FILE" | tr '\n' ' ')" = 'rbk table copy end ' ] ||
    fail "$RBK_BACKUP_FILE is no whole receipt of a table copy"
copy=$(sed -n 's/^copy \([0-9_]*\)$/\1/p' "$RBK_BACKUP_FILE")
[ -n "$copy" ] || fail "$RBK_BACKUP_FILE names no copy"

rows_back='' numbers='' among=''
while read -r number rows _ name; do
    of="(SELECT table_name FROM rbk_copy WHERE copy = '$copy' AND number = $number)"
    is="TABLE_SCHEMA = DATABASE() AND BINARY TABLE_NAME = BINARY $of"
    found=$(ask "SELECT CONCAT(TABLE_TYPE, ' ', IFNULL(e.TRANSACTIONS, 'NO')) FROM information_schema.TABLES t
        LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE WHERE $is") || fail "the copy of $name is gone; nothing was changed"
    case $found in
        'BASE TABLE YES') ;;
        '') fail "$name is gone; nothing was changed" ;;
        *) fail "$name is no table that knows transactions and nothing of history; nothing was changed" ;;
    esac
    # Column by column: what is missing, what is new, what has another type.
    was=$(ask "SELECT columns FROM rbk_copy WHERE copy = '$copy' AND number = $number")
    is_now=$(ask "SELECT CONCAT(COLUMN_NAME, ' ', COLUMN_TYPE, IFNULL(CONCAT(' ', COLLATION_NAME), ''),
        IF(IFNULL(GENERATION_EXPRESSION, '') = '', '', ' generated')) FROM information_schema.COLUMNS WHERE $is")
    changed=$(printf '%s\n' "$was" | LC_ALL=C awk -v "now=$is_now" 'BEGIN { count = split(now, list, "\n"); for (i = 1; i <= count; i++) here[list[i]] = 1 }
        { then[$0] = 1 } !($0 in here) { out = out "missing " $0 "; " }
        END { for (i = 1; i <= count; i++) if (!(list[i] in then)) out = out "new " list[i] "; "; print substr(out, 1, length(out) - 2) }')
    [ -z "$changed" ] || fail "$name is not the table that was copied ($changed); nothing was changed"
    trigger=$(ask "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
        AND BINARY EVENT_OBJECT_TABLE = BINARY $of AND EVENT_MANIPULATION <> 'UPDATE' LIMIT 1")
    [ -z "$trigger" ] || fail "$name has the trigger $trigger now, which would act on the rows; nothing was changed"
    there=$(ask "SELECT COUNT(*) FROM rbk_copy_${copy}_$number") || fail "the copy of $name is gone; nothing was changed"
    [ "$there" -eq "$rows" ] || fail "the copy of $name has not the $rows rows it had; nothing was changed"

    names=$(ask "SELECT GROUP_CONCAT('\`', REPLACE(COLUMN_NAME, '\`', '\`\`'), '\`' ORDER BY ORDINAL_POSITION)
        FROM information_schema.COLUMNS WHERE $is AND IFNULL(GENERATION_EXPRESSION, '') = ''")
    quoted="\`$(printf '%s\n' "$name" | sed "s/\`/\`\`/g")\`"
    rows_back="$rows_back DELETE FROM $quoted; INSERT INTO $quoted ($names) SELECT $names FROM rbk_copy_${copy}_$number;"
    next=$(ask "SELECT IFNULL(next_value, '') FROM rbk_copy WHERE copy = '$copy' AND number = $number")
    [ -z "$next" ] || numbers="$numbers ALTER TABLE $quoted AUTO_INCREMENT = $next;"
    among="$among, $of"
done <<TABLES
$(sed -n 's/^table //p' "$RBK_BACKUP_FILE")
TABLES

# For each foreign key from or to one of the tables, a question for rows that refer to none.
quoted() {
    printf "CONCAT('\`', REPLACE(%s, '\`', '\`\`'), '\`')" "$1"
}
keys=$(ask "SELECT CONCAT('SELECT ''violates ', REPLACE(CONSTRAINT_NAME, '''', ''''''), ''' AS found FROM ',
        $(quoted TABLE_SCHEMA), '.', $(quoted TABLE_NAME), ' c LEFT JOIN ',
        $(quoted REFERENCED_TABLE_SCHEMA), '.', $(quoted REFERENCED_TABLE_NAME), ' p ON ',
        GROUP_CONCAT('p.', $(quoted REFERENCED_COLUMN_NAME), ' = c.', $(quoted COLUMN_NAME) SEPARATOR ' AND '), ' WHERE ',
        GROUP_CONCAT('c.', $(quoted COLUMN_NAME), ' IS NOT NULL' SEPARATOR ' AND '), ' AND p.', $(quoted 'MIN(REFERENCED_COLUMN_NAME)'), ' IS NULL LIMIT 1')
    FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL
    AND (TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (${among#, }) OR REFERENCED_TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IN (${among#, }))
    GROUP BY CONSTRAINT_SCHEMA, CONSTRAINT_NAME, TABLE_SCHEMA, TABLE_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME")

# A violation that is found is written where no NULL may stand, which ends the session and with it the transaction.
said=$(
    {
        printf '%s\n' "$begin" "SET SESSION foreign_key_checks = 0, lock_wait_timeout = $patience, innodb_lock_wait_timeout = $patience;" \
            'START TRANSACTION;' "$rows_back"
        printf '%s\n' "$keys" | sed '/^$/d' | while IFS= read -r key; do
            printf '%s;\nINSERT INTO rbk_copy (copy, number, table_name, columns, taken_at) SELECT NULL, 0, found, found, UTC_TIMESTAMP() FROM (%s) violation;\n' \
                "$key" "$key"
        done
        printf '%s\n' 'COMMIT;' "SELECT 'rbk: restored';"
    } | run
) || {
    printf '%s\n' "$said" | sed -n 's/^violates /a foreign key would be violated: /p' >&2
    fail 'the rows were not restored; the tables are as they were'
}
[ "$(printf '%s\n' "$said" | tail -n 1)" = 'rbk: restored' ] || fail 'the rows were not restored; the tables are as they were'
[ -z "$numbers" ] || ask "SET SESSION lock_wait_timeout = $patience; $numbers" ||
    fail 'the rows are restored; the next numbers (AUTO_INCREMENT) are not what they were: run it again'
