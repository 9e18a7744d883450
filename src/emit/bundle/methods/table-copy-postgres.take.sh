# Copies tables of a PostgreSQL database into side tables of the schema rbk. Values are kept as text, exactly as COPY would
# write them, so that the copies depend on no type or table that may change or go later.
# The file is the receipt: which copy it is and what it holds. Reads RBK_BACKUP_FILE, RBK_BACKUP_TABLES, PGHOST, PGUSER, ...
set -eu
umask 077

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

tables=$(printf '%s\n' "${RBK_BACKUP_TABLES:-}" | sed 's/^[[:blank:]]*//; s/[[:blank:]]*$//; /^$/d')
[ -n "$tables" ] || fail 'table-copy needs the names of the tables'
# As one argument of psql's \set: quoted, the names parted by \n.
names=$(printf '%s\n' "$tables" | awk '{ gsub(/\\/, "&&"); gsub(/\047/, "\\\047"); all = all (NR > 1 ? "\\n" : "") $0 } END { print all }')

{
    printf "\\\\set tables '%s'\n" "$names"
    printf "SET lock_timeout = '%s';\n" "${RBK_LOCK_TIMEOUT:-5s}"
    cat <<'SQL'
SET client_min_messages = warning;
-- Rather fail than copy only the rows that a policy lets through.
SET row_security = off;
SET extra_float_digits = 3; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex';
SELECT set_config('rbk.tables', :'tables', false) \gset
START TRANSACTION READ WRITE;
SELECT pg_advisory_xact_lock(hashtext('rbk.copy')) \gset
CREATE SCHEMA IF NOT EXISTS rbk;
CREATE TABLE IF NOT EXISTS rbk.copy (copy text, number int, schema_name text, table_name text, rows bigint, sum numeric,
    taken_at timestamptz DEFAULT now(), PRIMARY KEY (copy, number));
CREATE TABLE IF NOT EXISTS rbk.copy_column (copy text, number int, position int, name text, type text, PRIMARY KEY (copy, number, position));
CREATE TABLE IF NOT EXISTS rbk.copy_sequence (copy text, number int, name text, last_value bigint, is_called boolean, PRIMARY KEY (copy, number, name));
COMMIT;

START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ WRITE;
SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS') || '_' || pg_backend_pid() AS copy \gset
SELECT set_config('rbk.copy', :'copy', false) \gset
DO $$
DECLARE
    copy text := current_setting('rbk.copy');
    spelled text;
    relation regclass;
    kind "char";
    number int := 0;
    columns text;
    sequence record;
    counted bigint;
    summed numeric;
BEGIN
    FOREACH spelled IN ARRAY string_to_array(current_setting('rbk.tables'), E'\n') LOOP
        relation := to_regclass(spelled);
        IF relation IS NULL THEN RAISE EXCEPTION 'there is no table %', spelled; END IF;
        SELECT relkind INTO kind FROM pg_class WHERE oid = relation;
        IF kind NOT IN ('r', 'p') THEN RAISE EXCEPTION '% is no table', spelled; END IF;
        number := number + 1;

        -- A generated column is computed again; its type still counts. format() asks the type itself how it is written.
        INSERT INTO rbk.copy_column SELECT copy, number, row_number() OVER (ORDER BY attnum), attname,
                format_type(atttypid, atttypmod) || CASE attgenerated WHEN '' THEN '' ELSE ' generated' END
            FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped;
        SELECT string_agg(format('CASE WHEN %1$I IS DISTINCT FROM NULL THEN format(''%%s'', %1$I) END AS %1$I', attname), ', ' ORDER BY attnum)
            INTO columns FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        EXECUTE format('CREATE TABLE rbk.%I AS SELECT %s FROM %s %s', 'copy_' || copy || '_' || number, coalesce(columns, ''),
            CASE kind WHEN 'p' THEN '' ELSE 'ONLY' END, relation);
        EXECUTE format('SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM rbk.%I t', 'copy_' || copy || '_' || number)
            INTO counted, summed;
        INSERT INTO rbk.copy SELECT copy, number, n.nspname, c.relname, counted, summed
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation;

        -- Sequences that belong to a column (serial, identity).
        FOR sequence IN SELECT d.objid::regclass AS name FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = relation
              AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
        LOOP
            EXECUTE format('INSERT INTO rbk.copy_sequence SELECT $1, $2, $3, last_value, is_called FROM %s', sequence.name)
                USING copy, number, (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
                    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = sequence.name);
        END LOOP;
    END LOOP;
END $$;
SELECT 'rbk table copy' UNION ALL SELECT 'copy ' || :'copy';
SELECT 'table ' || number || ' ' || rows || ' ' || sum || ' ' || format('%I.%I', schema_name, table_name)
    FROM rbk.copy WHERE copy = :'copy' ORDER BY number;
COMMIT;
\echo end
SQL
} | psql -X -q -A -t --no-password -v ON_ERROR_STOP=1 -f - >"$RBK_BACKUP_FILE" || fail 'the tables could not be copied'
[ "$(tail -n 1 "$RBK_BACKUP_FILE")" = end ] || fail 'the tables could not be copied'
