-- The second half of sync-v2-to-v1.sh. psql runs it on V1, in a directory with v2.rows, v2.words and v2.numbers;
-- `mode` is bring, leave,
-- assess or check.
\pset footer off
BEGIN;
SET LOCAL lock_timeout = '5s';

-- `key` is the row's key in V1: it has one from the migration, or from an earlier run, or gets one below.
CREATE TEMP TABLE v2 (entity text NOT NULL, id uuid PRIMARY KEY, key bigint, r jsonb NOT NULL, is_new boolean) ON COMMIT DROP;
\copy v2 (entity, id, key, r) FROM v2.rows
CREATE TEMP TABLE v2_words (entity text NOT NULL, content jsonb NOT NULL) ON COMMIT DROP;
\copy v2_words FROM v2.words
CREATE TEMP TABLE v2_numbers (last_value bigint NOT NULL, is_called boolean NOT NULL) ON COMMIT DROP;
\copy v2_numbers FROM v2.numbers

UPDATE v2 SET key = b.v1_id FROM migration.brought_back b WHERE b.entity = v2.entity AND b.v2_id = v2.id AND v2.key IS NULL;
UPDATE v2 SET is_new = key IS NULL;
CREATE INDEX ON v2 (entity, key);
ANALYZE v2;

-- Tables in the order of their foreign keys, and those keys.
CREATE TEMP TABLE step (nr serial, entity text) ON COMMIT DROP;
INSERT INTO step (entity) VALUES ('regions'), ('cooperatives'), ('profiles'), ('warehouses'), ('chef_planteurs'), ('planteurs'),
    ('deliveries'), ('delivery_photos'), ('invoices'), ('invoice_lines'), ('audit_log'), ('dashboard_aggregates');

CREATE TEMP TABLE reference (nr serial, entity text, field text) ON COMMIT DROP;
INSERT INTO reference (entity, field) VALUES
    ('cooperatives', 'region_id'), ('profiles', 'cooperative_id'), ('warehouses', 'cooperative_id'),
    ('chef_planteurs', 'cooperative_id'), ('planteurs', 'chef_planteur_id'), ('deliveries', 'planteur_id'),
    ('deliveries', 'warehouse_id'), ('deliveries', 'recorded_by'), ('delivery_photos', 'delivery_id'), ('invoices', 'cooperative_id'),
    ('invoice_lines', 'invoice_id'), ('invoice_lines', 'delivery_id'), ('audit_log', 'actor_id'),
    ('dashboard_aggregates', 'cooperative_id');

-- ── what V1 can't hold ───────────────────────────────────────────────────────────────────────────────────────────

CREATE TEMP TABLE left_over (entity text, id uuid, why text) ON COMMIT DROP;
INSERT INTO left_over
    SELECT entity, id, format('%s kg: V1 rounds to 10 g', r ->> 'weight_kg') FROM v2
    WHERE entity = 'deliveries' AND (r ->> 'weight_kg')::numeric <> round((r ->> 'weight_kg')::numeric, 2)
    UNION ALL
    SELECT entity, id, format('V1 knows no state `%s`', r ->> 'status') FROM v2
    WHERE entity = 'deliveries' AND r ->> 'status' NOT IN ('recorded', 'weighed', 'paid')
    UNION ALL
    SELECT entity, id, format('V1 knows no role `%s`', r ->> 'role') FROM v2
    WHERE entity = 'profiles' AND r ->> 'role' NOT IN ('admin', 'manager', 'agent')
    UNION ALL
    SELECT entity, id, format('%s ha: V1 ends at 9999.99', r ->> 'hectares') FROM v2
    WHERE entity = 'planteurs' AND (r ->> 'hectares')::numeric > 9999.99;

DO $$
DECLARE
    ref record;
BEGIN
    -- What hangs on a row that V1 does not have can't be there either: a row of the pilot's, or one left over above.
    FOR ref IN SELECT * FROM reference ORDER BY nr LOOP
        INSERT INTO left_over
            SELECT child.entity, child.id, format('its %s is not in V1', ref.field)
            FROM v2 child LEFT JOIN v2 parent ON parent.id = (child.r ->> ref.field)::uuid
            WHERE child.entity = ref.entity AND child.r ->> ref.field IS NOT NULL
              AND (parent.id IS NULL
                   OR parent.is_new AND EXISTS (SELECT FROM left_over WHERE left_over.id = parent.id));
    END LOOP;
END $$;

-- ── keys, the other rows, and what is no longer in V2 ────────────────────────────────────────────────────────────

-- When nothing is going to be committed no key is taken from V1's sequences, for no ROLLBACK would give it back.
SELECT :'mode' IN ('assess', 'check') OR :'mode' = 'bring' AND EXISTS (SELECT FROM left_over) AS changes_nothing \gset
SELECT set_config('sync.changes_nothing', :'changes_nothing', true) \g /dev/null
CREATE TEMP SEQUENCE of_no_use INCREMENT -1;

CREATE TEMP TABLE result (entity text, added bigint, changed bigint, deleted bigint) ON COMMIT DROP;

DO $$
DECLARE
    ref record;
    each text;
    columns text;
    theirs text;
    added bigint;
    changed bigint;
    deleted bigint;
BEGIN
    UPDATE v2 SET key = nextval(CASE WHEN current_setting('sync.changes_nothing')::boolean THEN 'of_no_use'
                                ELSE pg_get_serial_sequence(entity, 'id') END)
        WHERE is_new AND entity <> 'dashboard_aggregates' AND NOT EXISTS (SELECT FROM left_over WHERE left_over.id = v2.id);
    INSERT INTO migration.brought_back SELECT entity, id, key FROM v2 WHERE is_new AND key IS NOT NULL;

    FOR ref IN SELECT * FROM reference ORDER BY nr LOOP
        UPDATE v2 child SET r = jsonb_set(child.r, ARRAY[ref.field], to_jsonb(parent.key))
            FROM v2 parent WHERE child.entity = ref.entity AND parent.id::text = child.r ->> ref.field AND parent.key IS NOT NULL;
    END LOOP;
    -- What a line of the log is about may have been deleted since.
    UPDATE v2 child SET r = child.r || jsonb_build_object('entity_id',
            (SELECT parent.key FROM v2 parent WHERE parent.id::text = child.r ->> 'entity_id'))
        WHERE child.entity = 'audit_log';
    UPDATE v2 SET r = r || jsonb_build_object('id', key) WHERE key IS NOT NULL;

    -- Rows that V1 lacks and rows that differ, parents first. The log is append-only here too: what V1 has of it stays as it is.
    FOR each IN SELECT entity FROM step WHERE entity <> 'dashboard_aggregates' ORDER BY nr LOOP
        EXECUTE format('INSERT INTO %1$I SELECT x.* FROM v2, jsonb_populate_record(NULL::%1$I, r) x
            WHERE v2.entity = %1$L AND v2.key IS NOT NULL AND NOT EXISTS (SELECT FROM %1$I t WHERE t.id = v2.key)
              AND NOT EXISTS (SELECT FROM left_over WHERE left_over.id = v2.id)', each);
        GET DIAGNOSTICS added = ROW_COUNT;
        SELECT string_agg(quote_ident(attname), ', '), string_agg('x.' || quote_ident(attname), ', ') INTO columns, theirs
            FROM pg_attribute WHERE attrelid = each::regclass AND attnum > 0 AND NOT attisdropped;
        changed := 0;
        IF each <> 'audit_log' THEN
            EXECUTE format('UPDATE %1$I t SET (%2$s) = ROW(%3$s) FROM v2, jsonb_populate_record(NULL::%1$I, r) x
                WHERE v2.entity = %1$L AND NOT v2.is_new AND v2.key = t.id AND t.* IS DISTINCT FROM x.*
                  AND NOT EXISTS (SELECT FROM left_over WHERE left_over.id = v2.id)', each, columns, theirs);
            GET DIAGNOSTICS changed = ROW_COUNT;
        END IF;
        INSERT INTO result VALUES (each, added, changed, 0);
    END LOOP;

    -- What the API has summed up is summed up anew.
    CREATE TEMP TABLE summed ON COMMIT DROP AS SELECT * FROM dashboard_aggregates;
    DELETE FROM dashboard_aggregates;
    INSERT INTO dashboard_aggregates
        SELECT x.* FROM v2, jsonb_populate_record(NULL::dashboard_aggregates, r) x
        WHERE entity = 'dashboard_aggregates' AND NOT EXISTS (SELECT FROM left_over WHERE left_over.id = v2.id);
    INSERT INTO result
        SELECT 'dashboard_aggregates', count(*) FILTER (WHERE was IS NULL), count(*) FILTER (WHERE was IS NOT NULL AND now IS NOT NULL),
               count(*) FILTER (WHERE now IS NULL)
        FROM summed was FULL JOIN dashboard_aggregates now USING (cooperative_id, month) WHERE was IS DISTINCT FROM now;

    -- Deleted rows, children first.
    FOR each IN SELECT entity FROM step WHERE entity NOT IN ('dashboard_aggregates', 'audit_log') ORDER BY nr DESC LOOP
        EXECUTE format('DELETE FROM %1$I t WHERE NOT EXISTS (SELECT FROM v2 WHERE entity = %1$L AND key = t.id)', each);
        GET DIAGNOSTICS deleted = ROW_COUNT;
        EXECUTE 'UPDATE result SET deleted = $1 WHERE entity = $2' USING deleted, each;
    END LOOP;
END $$;

\echo What V2 holds beyond V1:
SELECT entity, added, changed, deleted, (SELECT count(DISTINCT id) FROM left_over WHERE left_over.entity = result.entity) AS "left over"
    FROM result JOIN step USING (entity) ORDER BY nr;
\echo Left over:
SELECT l.entity, l.why, v2.r FROM left_over l JOIN v2 USING (id) ORDER BY 1, 2, 3;
\pset format unaligned
\pset tuples_only on
SELECT count(DISTINCT id) FROM left_over \g left.count
SELECT coalesce(sum(added + changed + deleted), 0) FROM result \g do.count
SELECT l.entity, l.why, v2.r FROM left_over l JOIN v2 USING (id) ORDER BY 1, 2, 3 \g left.rows

-- ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────

\if :changes_nothing
    ROLLBACK;
    \quit
\endif

DO $$
DECLARE
    differs text;
BEGIN
    -- Whole rows of whole tables: nothing counts as brought back that V1 does not say as V2 says it.
    SELECT string_agg(DISTINCT entity, ', ') INTO differs FROM (
        (SELECT * FROM migration.rows EXCEPT ALL SELECT * FROM v2_words)
        UNION ALL
        (SELECT * FROM v2_words EXCEPT ALL SELECT * FROM migration.rows)
    ) d WHERE entity NOT IN (SELECT entity FROM left_over);
    IF differs IS NOT NULL THEN
        RAISE EXCEPTION 'V1 would not say the same as V2 in: %', differs;
    END IF;
END $$;

-- Last, because no ROLLBACK takes it back; and only forward: a number that was given is not given again.
SELECT setval('invoice_number_seq', v2.last_value, v2.is_called) FROM v2_numbers v2, invoice_number_seq v1
    WHERE (v2.last_value, v2.is_called) > (v1.last_value, v1.is_called) \g /dev/null
COMMIT;
