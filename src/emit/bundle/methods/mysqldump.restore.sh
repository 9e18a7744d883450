# Brings a MySQL or MariaDB database, or the tables of a backup of tables, back to the state of a dump.
#
# These servers commit each statement that changes the schema, so this is NO transaction: when it is cut short the database lies
# between two states, and the restore is to be run again, as often as it takes. What can be known before is looked at before
# anything is changed: whether the dump is whole, whether nobody holds a table, whether routines may be given back to
# whom they belong, whether something outside refers to the tables. The tables rbk_journal, rbk_lock and rbk_copy_... stay.
#
# Reads RBK_BACKUP_FILE, RBK_BACKUP_TABLES, RBK_MYSQL_DATABASE, RBK_MYSQL_DEFAULTS and RBK_LOCK_TIMEOUT.
set -eu
umask 077

file=$RBK_BACKUP_FILE
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
client=${RBK_MYSQL_CLIENT:-}
if [ -z "$client" ]; then
    if command -v mariadb >/dev/null 2>&1; then client=mariadb; else client=mysql; fi
fi
run() {
    "$client" --defaults-file="$RBK_MYSQL_DEFAULTS" --batch --raw --binary-mode --comments --skip-reconnect --skip-column-names \
        --max-allowed-packet=1G
}
ask() {
    printf '%s\n' "SET NAMES utf8mb4; $1" | run
}

kind=$(sed -n '1s/^-- rbk: \([a-z]*\) [0-9]*$/\1/p' "$file")
case $kind in whole | tables) ;; *) fail "$file is no dump that this backup has taken: nothing was changed" ;; esac
tail -n 3 "$file" | grep -q '^-- Dump completed' || fail "$file has no end: nothing was changed"

# How long others are waited for, in seconds.
patience=${RBK_LOCK_TIMEOUT:-5s}
case $patience in
    *ms) patience=$(((${patience%ms} + 999) / 1000)) ;;
    *min) patience=$((${patience%min} * 60)) ;;
    *s) patience=${patience%s} ;;
esac

# --- a restore that was killed may still be at work on the server ----------------------------------------------------

lock="CONCAT('rbk.restore.', SHA1(DATABASE()))"
tries=0
while :; do
    left=$(ask "SELECT IFNULL(IS_USED_LOCK($lock), '')")
    [ -n "$left" ] || break
    tries=$((tries + 1))
    [ "$tries" -le 60 ] || fail "session $left restores this database already: nothing was changed"
    [ "$tries" -ne 1 ] || {
        printf '%s\n' "session $left still restores this database, left by a client that is gone: it is ended" >&2
        ask "KILL $left" || :
    }
    sleep 1
done

# --- what can be known before ----------------------------------------------------------------------------------------

# The tables that the dump holds, as it spells them.
LC_ALL=C sed -n "s/^CREATE TABLE \(\`.*\`\) (\$/\1/p" "$file" >"$scratch/held"
own="TABLE_NAME IN ('rbk_journal', 'rbk_lock') OR TABLE_NAME LIKE 'rbk\\_copy%'"
quoted() {
    printf "CONCAT('\`', REPLACE(%s, '\`', '\`\`'), '\`')" "$1"
}
if [ "$kind" = whole ]; then
    ask "SELECT $(quoted TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
        AND TABLE_TYPE NOT IN ('VIEW', 'SEQUENCE') AND NOT ($own)" >"$scratch/there"
else
    ask "SELECT $(quoted TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'VIEW'" |
        LC_ALL=C grep -F -x -f "$scratch/held" >"$scratch/there" || :
    # Rows of others may refer to rows that the dump does not know.
    ask "SELECT DISTINCT CONCAT($(quoted REFERENCED_TABLE_NAME), ' ', $(quoted TABLE_NAME)) FROM information_schema.KEY_COLUMN_USAGE
        WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_SCHEMA = DATABASE()" >"$scratch/keys"
    outside=$(LC_ALL=C awk -v "held=$scratch/held" 'BEGIN { while ((getline name <held) > 0) known[name] = 1 }
        { at = index($0, "` `"); to = substr($0, 1, at); from = substr($0, at + 2) }
        known[to] && !known[from] { print from " refers to " to; exit }' "$scratch/keys")
    [ -z "$outside" ] || fail "$outside and is not among the tables of the backup: nothing was changed"
fi

# Who owns routines, triggers and views may be somebody whom this user can't act for.
LC_ALL=C sed -n "s/.*DEFINER=\(\`[^\`]*\`@\`[^\`]*\`\).*/\1/p" "$file" | LC_ALL=C sort -u >"$scratch/definers"
self=$(ask "SELECT CONCAT($(quoted "SUBSTRING_INDEX(CURRENT_USER(), '@', 1)"), '@', $(quoted "SUBSTRING_INDEX(CURRENT_USER(), '@', -1)"))")
while IFS= read -r definer; do
    [ "$definer" != "$self" ] || continue
    ask "DROP PROCEDURE IF EXISTS rbk_probe; CREATE DEFINER=$definer PROCEDURE rbk_probe() DO 1; DROP PROCEDURE rbk_probe;" ||
        fail "this user may not create what belongs to $definer: nothing was changed"
done <"$scratch/definers"

# --- the restore -------------------------------------------------------------------------------------------------------

{
    printf 'SET NAMES utf8mb4;\nSET SESSION sql_mode = %s, foreign_key_checks = 0, unique_checks = 0, lock_wait_timeout = %s, innodb_lock_wait_timeout = %s;\n' \
        "''" "$patience" "$patience"
    printf '%s\n' "SET @alone = GET_LOCK($lock, 0);" "DO (SELECT IF(@alone = 1, 1, (SELECT 1 UNION SELECT 2)));"
    # Whoever holds a table is found out before anything is dropped.
    if [ -s "$scratch/there" ]; then
        printf 'LOCK TABLES %s;\nUNLOCK TABLES;\n' "$(sed 's/$/ WRITE/' "$scratch/there" | paste -s -d , -)"
    fi
    printf '%s\n' "SELECT 'rbk: begun';"
} >"$scratch/restore.sql"
if [ "$kind" = whole ]; then
    {
        ask "SELECT CONCAT('DROP EVENT ', $(quoted EVENT_NAME), ';') FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE();
            SELECT CONCAT('DROP VIEW ', $(quoted TABLE_NAME), ';') FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE();
            SELECT CONCAT('DROP ', IF(TABLE_TYPE = 'SEQUENCE', 'SEQUENCE ', 'TABLE '), $(quoted TABLE_NAME), ';')
                FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'VIEW' AND NOT ($own);
            SELECT CONCAT('DROP ', ROUTINE_TYPE, ' ', $(quoted ROUTINE_NAME), ';') FROM information_schema.ROUTINES
                WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE <> 'PACKAGE BODY';"
    } >>"$scratch/restore.sql"
fi
# The first line of newer dumps forbids the client its own commands, of which it knows none here.
{
    LC_ALL=C grep -v '^/\*M\{0,1\}!999999\\-' "$file"
    printf '%s\n' "SELECT 'rbk: restored';"
} >>"$scratch/restore.sql"
status=0
run <"$scratch/restore.sql" >"$scratch/said" || status=$?
if [ "$status" -ne 0 ] || [ "$(tail -n 1 "$scratch/said")" != 'rbk: restored' ]; then
    grep -q '^rbk: begun$' "$scratch/said" || fail 'nothing was changed'
    fail 'the restore stopped in the middle, and the database lies between two states: run it again when the cause is gone'
fi
