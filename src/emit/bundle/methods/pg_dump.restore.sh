# Brings a PostgreSQL database, or the tables of a backup of tables, back to the state that pg_dump took.
# The kind of backup is told by its content: a directory, an archive (PGDMP) or SQL text.
#
# Everything happens in ONE transaction: what is there now is dropped, what was there is created again, and only when
# the backup was read to its end is it committed. After any failure the database is as it was. The schema `rbk` stays;
# extensions that the backup knows and that are still there stay too (their configuration rows are replaced).
#
# Reads RBK_BACKUP_FILE, RBK_BACKUP_TABLES (empty: the whole database) and PGHOST, PGUSER, ...
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

query() {
    psql -X -q -A -t --no-password -v ON_ERROR_STOP=1 "$@"
}

# --- what the backup holds ---------------------------------------------------------------------------------------

if [ -d "$file" ] || [ "$(dd if="$file" bs=5 count=1 2>/dev/null)" = PGDMP ]; then
    kind=archive
    pg_restore -s -f "$scratch/schema.sql" "$file" || fail "pg_restore cannot read $file"
    schema=$scratch/schema.sql
elif [ -f "$file" ] && tail -n 12 "$file" | grep -q '^-- PostgreSQL database dump complete$'; then
    kind=text
    schema=$file
else
    fail "$file is not a whole backup made by pg_dump: nothing was changed"
fi

# pg_dump writes a line above each object: -- Name: users; Type: TABLE; Schema: public; Owner: app
# Rows of data stand between COPY ... FROM stdin; and \. and are not looked at.
LC_ALL=C awk -v q="'" '
    function quoted(text) { gsub(q, q q, text); return q text q }
    rows { if ($0 == "\\.") rows = 0; next }
    /^COPY .* FROM stdin;$/ { rows = 1; next }
    /^-- Name: .*; Type: (EXTENSION|TABLE|FOREIGN TABLE|VIEW|MATERIALIZED VIEW|SEQUENCE); Schema: .*; Owner:/ {
        name = $0; sub(/^-- Name: /, "", name); sub(/; Type: .*$/, "", name)
        type = $0; sub(/^.*; Type: /, "", type); sub(/; Schema: .*$/, "", type)
        place = $0; sub(/^.*; Schema: /, "", place); sub(/; Owner:.*$/, "", place)
        printf "INSERT INTO rbk_held VALUES (%s, %s, %s);\n", quoted(type), quoted(place), quoted(name)
    }
' "$schema" >"$scratch/held.sql"

# --- the SQL that makes room ---------------------------------------------------------------------------------------

cat >"$scratch/begin.sql" <<'SQL'
\set ON_ERROR_STOP on
SET client_min_messages = warning;
START TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE;
SET LOCAL standard_conforming_strings = on;
SET LOCAL rbk.restore = 'under way';
CREATE TEMP TABLE rbk_held (type text, place text, name text) ON COMMIT DROP;
SQL

# Default privileges would be given to what is created again, and pg_dump does not take them away. Back to PostgreSQL's own;
# what brings them back is kept in rbk_defaults (a whole dump holds them itself).
cat >"$scratch/defaults.sql" <<'SQL'
CREATE TEMP TABLE rbk_defaults (place serial, statement text) ON COMMIT DROP;
CREATE FUNCTION pg_temp.rbk_no_defaults(only_role name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item record;
    entry record;
    whose text;
    things text;
    grantee text;
BEGIN
    FOR item IN SELECT oid, defaclrole, defaclnamespace, defaclobjtype, defaclacl FROM pg_default_acl
        WHERE defaclnamespace IS DISTINCT FROM (SELECT oid FROM pg_namespace WHERE nspname = 'rbk')
          AND (only_role IS NULL OR pg_get_userbyid(defaclrole) = only_role)
    LOOP
        whose := format('ALTER DEFAULT PRIVILEGES FOR ROLE %I', pg_get_userbyid(item.defaclrole))
            || CASE WHEN item.defaclnamespace <> 0
               THEN (SELECT format(' IN SCHEMA %I', nspname) FROM pg_namespace WHERE oid = item.defaclnamespace) ELSE '' END;
        things := CASE item.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                       WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END;
        FOR entry IN SELECT DISTINCT a.grantee AS who FROM aclexplode(item.defaclacl) a LOOP
            grantee := CASE WHEN entry.who = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(entry.who)) END;
            EXECUTE format('%s REVOKE ALL ON %s FROM %s CASCADE', whose, things, grantee);
        END LOOP;
        IF item.defaclnamespace = 0 THEN
            FOR entry IN SELECT a.grantee AS who, a.privilege_type
                FROM aclexplode(acldefault(CASE item.defaclobjtype WHEN 'S' THEN 's' ELSE item.defaclobjtype END, item.defaclrole)) a
            LOOP
                grantee := CASE WHEN entry.who = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(entry.who)) END;
                EXECUTE format('%s GRANT %s ON %s TO %s', whose, entry.privilege_type, things, grantee);
                INSERT INTO rbk_defaults (statement) VALUES (format('%s REVOKE ALL ON %s FROM %s', whose, things, grantee));
            END LOOP;
        END IF;
        FOR entry IN SELECT a.grantee AS who, a.privilege_type, a.is_grantable FROM aclexplode(item.defaclacl) a LOOP
            grantee := CASE WHEN entry.who = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(entry.who)) END;
            INSERT INTO rbk_defaults (statement) VALUES (format('%s GRANT %s ON %s TO %s%s', whose, entry.privilege_type, things,
                grantee, CASE WHEN entry.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END));
        END LOOP;
    END LOOP;
END $$;
SQL

cat >"$scratch/defaults-again.sql" <<'SQL'

SET LOCAL search_path = pg_catalog;
DO $$ DECLARE entry record; BEGIN
    FOR entry IN SELECT statement FROM pg_temp.rbk_defaults ORDER BY place LOOP
        EXECUTE entry.statement;
    END LOOP;
END $$;
SQL

cat >"$scratch/end.sql" <<'SQL'

DO $$ BEGIN
    IF pg_catalog.current_setting('rbk.restore', true) IS DISTINCT FROM 'under way' THEN
        RAISE EXCEPTION 'the backup ended the transaction itself: look at the database before going on';
    END IF;
END $$;
DROP FUNCTION pg_temp.rbk_no_defaults(name);
COMMIT;
\echo rbk: restored
SQL

cat >"$scratch/kept.sql" <<'SQL'
-- Extensions that were there at the take and are there now.
CREATE TEMP VIEW rbk_kept AS
    SELECT e.oid, e.extname, e.extnamespace, e.extconfig, e.extcondition
    FROM pg_extension e
    WHERE e.oid < 16384 OR e.extname IN (SELECT name FROM rbk_held WHERE type = 'EXTENSION');
-- Everything that such an extension owns.
CREATE TEMP VIEW rbk_member AS
    SELECT d.classid, d.objid FROM pg_depend d JOIN rbk_kept k ON d.refobjid = k.oid
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e';
-- Schemas that stay; of all others nothing is left.
CREATE TEMP VIEW rbk_stays AS
    SELECT n.oid, n.nspname, n.nspowner, n.nspacl,
           EXISTS (SELECT FROM rbk_member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid) AS member
    FROM pg_namespace n
    WHERE n.nspname = 'public'
       OR (n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'rbk')
           AND (n.oid IN (SELECT extnamespace FROM rbk_kept)
                OR n.oid IN (SELECT objid FROM rbk_member WHERE classid = 'pg_namespace'::regclass)));
SQL

cat >"$scratch/tables.sql" <<'SQL'
-- A backup of tables: only these go, and only if nothing else needs them (no CASCADE).
DO $$
DECLARE
    held record;
    publication text;
    names text := '';
BEGIN
    FOR held IN SELECT format('%I.%I', place, name) AS name FROM rbk_held WHERE type IN ('TABLE', 'FOREIGN TABLE') LOOP
        SELECT string_agg(p.pubname, ', ') INTO publication
            FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
            WHERE r.prrelid = to_regclass(held.name);
        IF publication IS NOT NULL THEN
            RAISE EXCEPTION 'table % belongs to publication %, which a backup of tables cannot bring back', held.name, publication;
        END IF;
        names := names || ', ' || held.name;
    END LOOP;
    IF names = '' THEN
        RAISE EXCEPTION 'the backup holds no table';
    END IF;
    EXECUTE 'DROP TABLE IF EXISTS ' || substr(names, 3);
    PERFORM pg_temp.rbk_no_defaults(current_user);
END $$;
SQL

cat >"$scratch/database.sql" <<'SQL'
CREATE TEMP TABLE rbk_guard ON COMMIT DROP AS
    SELECT a.attrelid, a.attnum FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'rbk' AND NOT a.attisdropped;

DO $$
DECLARE
    item record;
    entry record;
    reader text;
    initial aclitem[];
    owner oid;
    rounds int := 0;
    dropped int;
BEGIN
    -- Dropping a subscription reaches out to another server and cannot be taken back.
    SELECT string_agg(subname, ', ') INTO reader FROM pg_subscription
        WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database());
    IF reader IS NOT NULL THEN
        RAISE EXCEPTION 'the database subscribes to other servers (%): drop the subscriptions first', reader;
    END IF;

    -- What watches over DDL goes first, so that it does not run during the rest.
    FOR item IN SELECT evtname FROM pg_event_trigger
        WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass
                          AND d.objid = pg_event_trigger.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP EVENT TRIGGER %I', item.evtname);
    END LOOP;
    FOR item IN SELECT pubname FROM pg_publication LOOP
        EXECUTE format('DROP PUBLICATION %I', item.pubname);
    END LOOP;

    -- Extensions that came after the take.
    FOR item IN SELECT extname FROM pg_extension WHERE oid NOT IN (SELECT oid FROM rbk_kept) LOOP
        EXECUTE format('DROP EXTENSION IF EXISTS %I CASCADE', item.extname);
    END LOOP;

    -- Whole schemas.
    FOR item IN SELECT n.nspname FROM pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'rbk')
          AND n.oid NOT IN (SELECT oid FROM rbk_stays)
    LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', item.nspname);
    END LOOP;

    -- In the schemas that stay: each object that belongs to no extension. A CASCADE may take several at once, so each
    -- is looked up again before its turn.
    FOR item IN
        SELECT o.classid, o.objid, o.rank FROM (
            SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid, c.relnamespace AS place, 1 AS rank FROM pg_class c
                WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
            UNION ALL SELECT 'pg_class'::regclass, c.oid, c.relnamespace, 2 FROM pg_class c WHERE c.relkind = 'S'
            UNION ALL SELECT 'pg_operator'::regclass, oid, oprnamespace, 3 FROM pg_operator
            UNION ALL SELECT 'pg_opclass'::regclass, oid, opcnamespace, 3 FROM pg_opclass
            UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfnamespace, 4 FROM pg_opfamily
            UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace, 5 FROM pg_proc
            UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typnamespace, 6 FROM pg_type t
                LEFT JOIN pg_class c ON c.oid = t.typrelid
                WHERE (t.typrelid = 0 OR c.relkind = 'c')
                  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid) AND t.typtype <> 'm'
            UNION ALL SELECT 'pg_collation'::regclass, oid, collnamespace, 7 FROM pg_collation
            UNION ALL SELECT 'pg_conversion'::regclass, oid, connamespace, 7 FROM pg_conversion
            UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgnamespace, 7 FROM pg_ts_config
            UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictnamespace, 8 FROM pg_ts_dict
            UNION ALL SELECT 'pg_ts_parser'::regclass, oid, prsnamespace, 9 FROM pg_ts_parser
            UNION ALL SELECT 'pg_ts_template'::regclass, oid, tmplnamespace, 9 FROM pg_ts_template
            UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxnamespace, 9 FROM pg_statistic_ext
        ) o
        WHERE o.place IN (SELECT oid FROM rbk_stays)
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype IN ('e', 'i'))
        ORDER BY o.rank, o.objid
    LOOP
        SELECT i.type, i.identity INTO entry FROM pg_identify_object(item.classid, item.objid, 0) i;
        CONTINUE WHEN entry.identity IS NULL;
        EXECUTE format('DROP %s IF EXISTS %s CASCADE',
            CASE entry.type WHEN 'composite type' THEN 'TYPE' WHEN 'statistics object' THEN 'STATISTICS' ELSE entry.type END,
            entry.identity);
    END LOOP;

    -- What lives outside schemas.
    FOR item IN
        SELECT o.classid, o.objid FROM (
            SELECT 'pg_cast'::regclass::oid AS classid, oid AS objid FROM pg_cast
            UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
            UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
            UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
            UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
            UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
        ) o
        WHERE o.objid >= 16384
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'e')
    LOOP
        SELECT i.type, i.identity INTO entry FROM pg_identify_object(item.classid, item.objid, 0) i;
        CONTINUE WHEN entry.identity IS NULL;
        IF entry.type = 'cast' THEN
            SELECT format('CAST IF EXISTS (%s AS %s)', format_type(castsource, NULL), format_type(casttarget, NULL))
                INTO reader FROM pg_cast WHERE oid = item.objid;
            EXECUTE 'DROP ' || reader || ' CASCADE';
        ELSE
            EXECUTE format('DROP %s IF EXISTS %s CASCADE', replace(entry.type, '-', ' '), entry.identity);
        END IF;
    END LOOP;

    PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;

    -- Rows of the extensions that stay: pg_dump brings back those that are not the extension's own.
    FOR item IN SELECT c.relation::regclass AS relation, c.condition
        FROM rbk_kept k, unnest(k.extconfig, k.extcondition) AS c (relation, condition)
        JOIN pg_class r ON r.oid = c.relation AND r.relkind IN ('r', 'p')
    LOOP
        EXECUTE format('DELETE FROM %s %s', item.relation, item.condition);
    END LOOP;

    PERFORM pg_temp.rbk_no_defaults(NULL);

    -- The schemas that stay: owner, privileges and comment as in a new database, which is what pg_dump builds upon.
    IF to_regnamespace('public') IS NULL THEN
        CREATE SCHEMA public;
        IF current_setting('server_version_num')::int >= 150000 THEN
            ALTER SCHEMA public OWNER TO pg_database_owner;
            GRANT USAGE ON SCHEMA public TO PUBLIC;
        ELSE
            GRANT ALL ON SCHEMA public TO PUBLIC;
        END IF;
        COMMENT ON SCHEMA public IS 'standard public schema';
    END IF;
    FOR item IN SELECT * FROM rbk_stays WHERE NOT member LOOP
        SELECT initprivs INTO initial FROM pg_init_privs
            WHERE objoid = item.oid AND classoid = 'pg_namespace'::regclass AND objsubid = 0;
        IF initial IS NULL AND item.nspname = 'public' AND current_setting('server_version_num')::int >= 150000 THEN
            initial := '{pg_database_owner=UC/pg_database_owner,=U/pg_database_owner}';
        END IF;
        IF item.nspname = 'public' AND initial IS NOT NULL THEN
            SELECT grantor INTO owner FROM aclexplode(initial) LIMIT 1;
            IF owner <> item.nspowner THEN
                EXECUTE format('ALTER SCHEMA public OWNER TO %I', pg_get_userbyid(owner));
            END IF;
        ELSE
            owner := item.nspowner;
            initial := acldefault('n', owner);
        END IF;
        SELECT nspacl INTO item.nspacl FROM pg_namespace WHERE oid = item.oid;
        IF EXISTS (SELECT aclexplode(coalesce(item.nspacl, acldefault('n', owner))) EXCEPT SELECT aclexplode(initial))
            OR EXISTS (SELECT aclexplode(initial) EXCEPT SELECT aclexplode(coalesce(item.nspacl, acldefault('n', owner))))
        THEN
            FOR entry IN SELECT DISTINCT grantee FROM aclexplode(coalesce(item.nspacl, acldefault('n', owner))) LOOP
                EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %s CASCADE', item.nspname,
                    CASE WHEN entry.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(entry.grantee)) END);
            END LOOP;
            FOR entry IN SELECT grantee, privilege_type FROM aclexplode(initial) LOOP
                EXECUTE format('GRANT %s ON SCHEMA %I TO %s', entry.privilege_type, item.nspname,
                    CASE WHEN entry.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(entry.grantee)) END);
            END LOOP;
        END IF;
        IF obj_description(item.oid, 'pg_namespace') IS DISTINCT FROM
           (CASE item.nspname WHEN 'public' THEN 'standard public schema' END)
        THEN
            EXECUTE format('COMMENT ON SCHEMA %I IS %s', item.nspname,
                CASE item.nspname WHEN 'public' THEN quote_literal('standard public schema') ELSE 'NULL' END);
        END IF;
    END LOOP;

    IF EXISTS (SELECT FROM rbk_guard g WHERE NOT EXISTS (SELECT FROM pg_attribute a
               WHERE a.attrelid = g.attrelid AND a.attnum = g.attnum AND NOT a.attisdropped)) THEN
        RAISE EXCEPTION 'something in the schema rbk depends on what has to be dropped';
    END IF;
END $$;
SQL

# --- what must not be created again -------------------------------------------------------------------------------

# Comments on extensions that stay (only the extension's owner may write them) and CREATE SCHEMA for schemas that stay.
if [ -z "${RBK_BACKUP_TABLES:-}" ]; then
    { cat "$scratch/begin.sql" "$scratch/held.sql" "$scratch/kept.sql"
      printf '%s\n' "SELECT 'E' || extname FROM rbk_kept UNION ALL SELECT 'S' || nspname FROM rbk_stays;" 'ROLLBACK;'
    } >"$scratch/ask.sql"
    query -f "$scratch/ask.sql" >"$scratch/stays" </dev/null || fail "the database could not be asked: nothing was changed"
else
    : >"$scratch/stays"
fi

# The backup as SQL, without: the settings at its head that would lift our time limits or that an older server does not
# know; the BEGIN and COMMIT of its own that pg_dump writes around large objects; and what stays anyway.
backup_sql() {
    if [ "$kind" = archive ]; then pg_restore -f - "$file"; else cat "$file"; fi
}
without() {
    LC_ALL=C awk -v stays="$scratch/stays" '
        BEGIN { while ((getline line < stays) > 0) stay[line] = 1 }
        rows { if ($0 == "\\.") rows = 0; print; next }
        /^COPY .* FROM stdin;$/ { rows = 1; print; next }
        NR <= 60 && /^SET (transaction|lock|statement)_timeout = 0;$/ { next }
        /^-- (Data for )?Name: .*; Type: / {
            large = /; Type: BLOBS; /
            skip = 0
            name = $0; sub(/^-- Name: /, "", name); sub(/; Type: .*$/, "", name)
            if (/; Type: SCHEMA; /) skip = ("S" name) in stay
            else if (/^-- Name: EXTENSION .*; Type: COMMENT; /) {
                sub(/^EXTENSION /, "", name); gsub(/^"|"$/, "", name); skip = ("E" name) in stay
            }
        }
        large && /^(BEGIN|COMMIT);$/ { next }
        skip && /^(CREATE SCHEMA|ALTER SCHEMA|COMMENT ON EXTENSION) / { next }
        { print }
    '
}

# COMMIT is said only when the backup was read to its end, and the last word only after the COMMIT: psql ends with
# status 0 when its input stops too early.
whole() {
    cat "$scratch/begin.sql"
    printf "SET LOCAL lock_timeout = '%s';\n" "${RBK_LOCK_TIMEOUT:-5s}"
    printf "SET LOCAL statement_timeout = '%s';\n" "${RBK_STATEMENT_TIMEOUT:-0}"
    cat "$scratch/held.sql" "$scratch/defaults.sql"
    if [ -n "${RBK_BACKUP_TABLES:-}" ]; then
        cat "$scratch/tables.sql"
    else
        cat "$scratch/kept.sql" "$scratch/database.sql"
        printf 'DROP VIEW pg_temp.rbk_stays, pg_temp.rbk_member, pg_temp.rbk_kept;\n'
    fi
    { backup_sql && : >"$scratch/read"; } | without
    if [ -e "$scratch/read" ]; then
        [ -z "${RBK_BACKUP_TABLES:-}" ] || cat "$scratch/defaults-again.sql"
        cat "$scratch/end.sql"
    else
        printf '\n\\.\nDO $$ BEGIN RAISE EXCEPTION %s; END $$;\n' "'the backup could not be read to its end'"
    fi
}

status=0
whole | query -o /dev/null -f - >"$scratch/said" || status=$?
if [ "$status" -ne 0 ] || [ "$(tail -n 1 "$scratch/said")" != 'rbk: restored' ]; then
    fail "the backup was not restored; the transaction was taken back and the database is as it was"
fi

# New tables have no statistics yet; without them the first queries are planned blindly.
query -c 'SET client_min_messages = error' -c 'ANALYZE' </dev/null ||
    printf '%s\n' 'restored; but ANALYZE failed: run it by hand before the load comes back' >&2
