# Copies tables of an SQLite database into side tables (rbk_copy_...) of the same database.
# The file is the receipt: which copy it is and what it holds. Reads RBK_BACKUP_FILE, RBK_BACKUP_TABLES, RBK_SQLITE_FILE.
set -eu
umask 077

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
tables=$(printf '%s\n' "${RBK_BACKUP_TABLES:-}" | sed 's/^[[:blank:]]*//; s/[[:blank:]]*$//; /^$/d; s/^"\(.*\)"$/\1/; s/""/"/g')
[ -n "$tables" ] || fail 'table-copy needs the names of the tables'

copy=$(date -u +%Y%m%d%H%M%S)_$$
script=$(
    printf '.timeout 10000\nBEGIN IMMEDIATE;\n'
    printf '%s\n' 'CREATE TABLE IF NOT EXISTS rbk_copy (copy TEXT, number INT, name TEXT, columns TEXT, has_rowid INT, sequence INT, PRIMARY KEY (copy, number));'
    number=0
    printf '%s\n' "$tables" | while IFS= read -r table; do
        number=$((number + 1))
        name=$(ask "SELECT name FROM sqlite_master WHERE type = 'table' AND name = $(text "$table") COLLATE NOCASE")
        [ -n "$name" ] || fail "there is no table $table"
        name=$(text "$name")
        # A column says its name and type; generated ones are computed again.
        columns=$(ask "SELECT group_concat('\"' || replace(name, '\"', '\"\"') || '\"', ', ') FROM pragma_table_xinfo($name) WHERE hidden = 0")
        rowid=$(ask "SELECT count(*) FROM pragma_table_list($name) WHERE schema = 'main' AND wr = 0 AND NOT EXISTS (SELECT 1 FROM pragma_table_xinfo($name) WHERE lower(name) IN ('rowid', 'rbk_rowid'))")
        quoted=$(ask "SELECT '\"' || replace($name, '\"', '\"\"') || '\"'")
        printf 'CREATE TABLE rbk_copy_%s_%s AS SELECT %s%s FROM main.%s;\n' "$copy" "$number" "$([ "$rowid" -eq 0 ] || printf 'rowid AS rbk_rowid, ')" "$columns" "$quoted"
        printf "INSERT INTO rbk_copy SELECT '%s', %s, %s, (SELECT group_concat(name || ' ' || type, char(10)) FROM pragma_table_xinfo(%s) WHERE hidden = 0), %s, " "$copy" "$number" "$name" "$name" "$rowid"
        if [ -n "$(ask "SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'")" ]; then
            printf '(SELECT seq FROM sqlite_sequence WHERE name = %s);\n' "$name"
        else
            printf 'NULL;\n'
        fi
    done || exit 1
    printf 'COMMIT;\n'
) || exit 1
printf '%s\n' "$script" | sqlite3 -batch -bail "$RBK_SQLITE_FILE" || fail 'the tables could not be copied'

{
    printf 'rbk table copy\ncopy %s\n' "$copy"
    ask "SELECT number || ' ' || name FROM rbk_copy WHERE copy = '$copy' ORDER BY number" | while read -r number name; do
        printf 'table %s %s %s\n' "$number" "$(ask "SELECT count(*) FROM rbk_copy_${copy}_$number")" "$name"
    done
    printf 'end\n'
} >"$RBK_BACKUP_FILE"
