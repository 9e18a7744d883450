# Takes a PostgreSQL database, or some of its tables, as a directory of compressed files (pg_dump -Fd).
# Reads RBK_BACKUP_FILE, RBK_BACKUP_TABLES (one a line, SQL spelling; empty: everything) and PGHOST, PGUSER, ...
set -eu
umask 077

# pg_dump leaves out the partitions of a table that it is asked for by name: name them too.
partitions() {
    quoted=$(printf '%s\n' "$1" | sed "s/[\\\\']/\\\\&/g")
    psql -X -q -A -t --no-password -v ON_ERROR_STOP=1 <<SQL
\\set table '$quoted'
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relispartition AND i.inhrelid IN (SELECT relid FROM pg_partition_tree(:'table'::regclass));
SQL
}

set -- -Fd -j "${RBK_BACKUP_JOBS:-2}"
if [ -n "${RBK_BACKUP_TABLES:-}" ]; then
    tables=$(printf '%s\n' "$RBK_BACKUP_TABLES" | sed 's/^[[:blank:]]*//; s/[[:blank:]]*$//; /^$/d')
    tables=$(printf '%s\n' "$tables" | while IFS= read -r table; do
        printf '%s\n' "$table"
        partitions "$table" || exit 1
    done)
    while IFS= read -r table; do
        set -- "$@" -t "$table"
    done <<TABLES
$tables
TABLES
    set -- "$@" --strict-names
else
    set -- "$@" -N rbk --no-subscriptions
fi

pg_dump --no-password "--lock-wait-timeout=${RBK_LOCK_TIMEOUT:-5s}" "$@" -f "$RBK_BACKUP_FILE"
