# Brings the rows of tables back from their side tables in the schema rbk: exactly these rows and the positions of their
# sequences, in one transaction. Triggers sleep meanwhile; foreign keys from and to the tables are taken off and put on
# again, which checks every row: what would break one fails the restore, and the tables are as they were.
# Reads RBK_BACKUP_FILE (the receipt) and PGHOST, PGUSER, ...
set -eu

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

[ "$(sed -n '1p; $p' "$RBK_BACKUP_FILE" | tr '\n' ' ')" = 'rbk table copy end ' ] ||
    fail "$RBK_BACKUP_FILE is no whole receipt of a table copy"
copy=$(sed -n 's/^copy \([0-9_]*\)$/\1/p' "$RBK_BACKUP_FILE")
[ -n "$copy" ] || fail "$RBK_BACKUP_FILE names no copy"

said=$({
    printf "\\\\set copy '%s'\n" "$copy"
    printf "SET lock_timeout = '%s';\nSET statement_timeout = '%s';\n" "${RBK_LOCK_TIMEOUT:-5s}" "${RBK_STATEMENT_TIMEOUT:-0}"
    cat <<'SQL'
SET client_min_messages = warning;
SET row_security = off;
SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';
SELECT set_config('rbk.copy', :'copy', false) \gset
START TRANSACTION READ WRITE;
CREATE TEMP TABLE foreign_key ON COMMIT DROP AS
    SELECT con.oid, format('%I.%I', n.nspname, c.relname) AS relation, con.conname, pg_get_constraintdef(con.oid) AS definition,
           obj_description(con.oid, 'pg_constraint') AS comment
    FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE false;
CREATE TEMP TABLE sleeping (statement text) ON COMMIT DROP;
DO $$
DECLARE
    my_copy text := current_setting('rbk.copy');
    item record;
    other record;
    relation regclass;
    columns text;
    changed text;
    counted bigint;
    summed numeric;
BEGIN
    IF NOT EXISTS (SELECT FROM rbk.copy c WHERE c.copy = my_copy) THEN
        RAISE EXCEPTION 'the copy % is gone', my_copy;
    END IF;

    -- 1. Are they still the tables that were copied?
    FOR item IN SELECT c.*, format('%I.%I', c.schema_name, c.table_name) AS name FROM rbk.copy c WHERE c.copy = my_copy ORDER BY number LOOP
        relation := to_regclass(item.name);
        IF relation IS NULL THEN RAISE EXCEPTION 'the table % is gone: a table copy brings back rows only', item.name; END IF;
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', relation);
        SELECT string_agg(CASE WHEN now_type IS NULL THEN format('%s %s is missing', was_name, was_type)
                               WHEN was_type IS NULL THEN format('%s %s is new', now_name, now_type)
                               ELSE format('%s was %s and is %s', was_name, was_type, now_type) END, '; ')
            INTO changed
            FROM (SELECT k.name AS was_name, k.type AS was_type FROM rbk.copy_column k
                  WHERE k.copy = my_copy AND k.number = item.number) was
            FULL JOIN (SELECT a.attname::text AS now_name,
                              format_type(a.atttypid, a.atttypmod) || CASE a.attgenerated WHEN '' THEN '' ELSE ' generated' END AS now_type
                       FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped) is_now
            ON was_name = now_name
            WHERE was_type IS DISTINCT FROM now_type;
        IF changed IS NOT NULL THEN
            RAISE EXCEPTION '% is not the table that was copied: %', item.name, changed;
        END IF;
        EXECUTE format('SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM rbk.%I t', 'copy_' || my_copy || '_' || item.number)
            INTO counted, summed;
        IF counted <> item.rows OR summed <> item.sum THEN
            RAISE EXCEPTION 'the copy of % is not what was copied (% rows then, % now)', item.name, item.rows, counted;
        END IF;
        IF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = relation AND NOT t.tgisinternal AND t.tgparentid <> 0) THEN
            RAISE EXCEPTION '% is a partition with triggers of its parent: copy the parent', item.name;
        END IF;
    END LOOP;

    -- 2. Foreign keys off, triggers and rules asleep.
    FOR item IN SELECT format('%I.%I', c.schema_name, c.table_name)::regclass AS name FROM rbk.copy c WHERE c.copy = my_copy LOOP
        INSERT INTO foreign_key
            SELECT con.oid, format('%I.%I', n.nspname, c.relname), con.conname, pg_get_constraintdef(con.oid), obj_description(con.oid, 'pg_constraint')
            FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE con.contype = 'f' AND con.conparentid = 0 AND item.name::oid IN (con.conrelid, con.confrelid)
              AND con.oid NOT IN (SELECT f.oid FROM foreign_key f);
        FOR other IN SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = item.name AND NOT tgisinternal AND tgenabled <> 'D' LOOP
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', item.name, other.tgname);
            INSERT INTO sleeping VALUES (format('ALTER TABLE %s ENABLE %s TRIGGER %I', item.name,
                CASE other.tgenabled WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE '' END, other.tgname));
        END LOOP;
        FOR other IN SELECT rulename, ev_enabled FROM pg_rewrite WHERE ev_class = item.name AND ev_enabled <> 'D' AND rulename <> '_RETURN' LOOP
            EXECUTE format('ALTER TABLE %s DISABLE RULE %I', item.name, other.rulename);
            INSERT INTO sleeping VALUES (format('ALTER TABLE %s ENABLE %s RULE %I', item.name,
                CASE other.ev_enabled WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE '' END, other.rulename));
        END LOOP;
    END LOOP;
    FOR other IN SELECT * FROM foreign_key LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', other.relation, other.conname);
    END LOOP;

    -- 3. The rows. Values go through the input of their type.
    FOR item IN SELECT c.number, format('%I.%I', c.schema_name, c.table_name)::regclass AS name, r.relkind
        FROM rbk.copy c JOIN pg_class r ON r.oid = format('%I.%I', c.schema_name, c.table_name)::regclass WHERE c.copy = my_copy ORDER BY 1
    LOOP
        EXECUTE format('TRUNCATE %s %s', CASE item.relkind WHEN 'p' THEN '' ELSE 'ONLY' END, item.name);
        SELECT string_agg(format('%I', k.name), ', ' ORDER BY position),
               string_agg(format('%I::%s', k.name, k.type), ', ' ORDER BY position)
            INTO columns, changed FROM rbk.copy_column k WHERE k.copy = my_copy AND k.number = item.number AND k.type !~ ' generated$';
        IF columns IS NULL THEN
            EXECUTE format('INSERT INTO %s SELECT FROM rbk.%I', item.name, 'copy_' || my_copy || '_' || item.number);
        ELSE
            EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM rbk.%I', item.name, columns, changed,
                'copy_' || my_copy || '_' || item.number);
        END IF;
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;

    -- 4. Sequences. RESTART makes a new one inside this transaction, so that setval is taken back with it.
    FOR other IN SELECT s.* FROM rbk.copy_sequence s WHERE s.copy = my_copy LOOP
        IF to_regclass(other.name) IS NULL THEN RAISE EXCEPTION 'the sequence % is gone', other.name; END IF;
        EXECUTE format('ALTER SEQUENCE %s RESTART', other.name);
        PERFORM setval(other.name::regclass, other.last_value, other.is_called);
    END LOOP;

    -- 5. All as before.
    FOR other IN SELECT statement FROM sleeping LOOP
        EXECUTE other.statement;
    END LOOP;
    FOR other IN SELECT * FROM foreign_key LOOP
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', other.relation, other.conname, other.definition);
        IF other.comment IS NOT NULL THEN
            EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', other.conname, other.relation, other.comment);
        END IF;
    END LOOP;
END $$;
COMMIT;
\echo rbk: restored
SQL
} | psql -X -q -A -t --no-password -v ON_ERROR_STOP=1 -f -) || fail 'the rows were not restored; the tables are as they were'
[ "$(printf '%s\n' "$said" | tail -n 1)" = 'rbk: restored' ] || fail 'the rows were not restored; the tables are as they were'
