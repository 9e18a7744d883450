# Brings the rows of tables back from their side tables: exactly these rows, in one transaction, triggers asleep.
# Reads RBK_BACKUP_FILE (the receipt), RBK_SQLITE_FILE and RBK_LOCK_TIMEOUT.
set -eu

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}
ask() {
    sqlite3 -batch -bail -noheader "$RBK_SQLITE_FILE" "$1"
}
text() {
    printf '%s\n' "$1" | sed "s/'/''/g; s/^/'/; s/\$/'/"
}

[ -s "$RBK_SQLITE_FILE" ] || fail "there is no database at $RBK_SQLITE_FILE"
[ "$(sed -n '1p; $p' "$RBK_BACKUP_FILE" | tr '\n' ' ')" = 'rbk table copy end ' ] ||
    fail "$RBK_BACKUP_FILE is no whole receipt of a table copy"
copy=$(sed -n 's/^copy \([0-9_]*\)$/\1/p' "$RBK_BACKUP_FILE")
[ -n "$copy" ] || fail "$RBK_BACKUP_FILE names no copy"

# How long others are waited for, in milliseconds.
patience=${RBK_LOCK_TIMEOUT:-5s}
case $patience in
    *ms) patience=${patience%ms} ;;
    *s) patience=${patience%s}000 ;;
    *min) patience=$((${patience%min} * 60000)) ;;
esac

script=$(
    printf '.timeout %s\n' "$patience"
    cat <<'SQL'
.dbconfig enable_trigger off
PRAGMA foreign_keys = OFF;
CREATE TEMP TABLE promise (kept INT, CONSTRAINT "foreign keys would be violated: PRAGMA foreign_key_check" CHECK (kept));
CREATE TEMP TABLE before AS SELECT "table" AS name, count(*) AS violations FROM pragma_foreign_key_check GROUP BY 1;
BEGIN IMMEDIATE;
SQL
    sed -n 's/^table //p' "$RBK_BACKUP_FILE" | while read -r number rows name; do
        name=$(text "$name")
        # Column by column: what is missing, what is new, what has another type.
        changed=$(ask "WITH was AS (SELECT value AS one FROM json_each((SELECT '[\"' || replace(replace(replace(columns, '\\', '\\\\'), '\"', '\\\"'), char(10), '\",\"') || '\"]' FROM rbk_copy WHERE copy = '$copy' AND number = $number))),
            is_now AS (SELECT name || ' ' || type AS one FROM pragma_table_xinfo($name) WHERE hidden = 0)
            SELECT group_concat(what, '; ') FROM (SELECT 'missing ' || one AS what FROM was WHERE one NOT IN (SELECT one FROM is_now)
            UNION ALL SELECT 'new ' || one FROM is_now WHERE one NOT IN (SELECT one FROM was))") || fail "the copy of $name is gone"
        [ -z "$changed" ] || fail "$name is not the table that was copied ($changed); nothing was changed"
        [ "$(ask "SELECT count(*) FROM rbk_copy_${copy}_$number")" -eq "$rows" ] || fail "the copy of $name has not the $rows rows it had; nothing was changed"
        quoted=$(ask "SELECT '\"' || replace($name, '\"', '\"\"') || '\"'")
        columns=$(ask "SELECT group_concat('\"' || replace(name, '\"', '\"\"') || '\"', ', ') FROM pragma_table_xinfo($name) WHERE hidden = 0")
        rowid=$(ask "SELECT has_rowid FROM rbk_copy WHERE copy = '$copy' AND number = $number")
        if [ "$rowid" -eq 1 ]; then into="rowid, $columns" from="rbk_rowid, $columns"; else into=$columns from=$columns; fi
        printf 'DELETE FROM main.%s;\nINSERT INTO main.%s (%s) SELECT %s FROM rbk_copy_%s_%s;\n' "$quoted" "$quoted" "$into" "$from" "$copy" "$number"
        if [ -n "$(ask "SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'")" ]; then
            printf 'DELETE FROM sqlite_sequence WHERE name = %s;\n' "$name"
            printf "INSERT INTO sqlite_sequence SELECT name, sequence FROM rbk_copy WHERE copy = '%s' AND number = %s AND sequence IS NOT NULL;\n" "$copy" "$number"
        fi
    done || exit 1
    cat <<'SQL'
INSERT INTO promise SELECT 0 FROM (SELECT "table" AS name, count(*) AS violations FROM pragma_foreign_key_check GROUP BY 1) now
    LEFT JOIN before ON before.name = now.name WHERE now.violations > coalesce(before.violations, 0);
COMMIT;
.print rbk: restored
SQL
) || exit 1
said=$(printf '%s\n' "$script" | sqlite3 -batch -bail "$RBK_SQLITE_FILE") || fail 'the rows were not restored; the tables are as they were'
[ "$(printf '%s\n' "$said" | tail -n 1)" = 'rbk: restored' ] || fail 'the rows were not restored; the tables are as they were'
