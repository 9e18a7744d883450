#!/bin/sh
# Copies V1 to V2: reads V1 in one snapshot, writes V2 in one transaction. V2 holds all of it or nothing.
# Reads V1_DATABASE_URL and V2_DATABASE_URL. Refuses while anybody may still write V1, and when V2 was filled before.
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd)
. "$here/connect.sh"
scratch

[ "$(v1 -A -t -c 'SELECT count(*) FROM migration.writers')" = 0 ] || fail 'V1 still takes writes: freeze it first; nothing was copied'
[ "$(v2 -A -t -c 'SELECT count(*) FROM regions WHERE v1_id IS NOT NULL')" = 0 ] || fail 'V2 holds rows of V1 already; nothing was copied'

# ── V1, as of one moment ─────────────────────────────────────────────────────────────────────────────────────────

{
    printf 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n'
    for table in regions cooperatives profiles warehouses chef_planteurs planteurs deliveries delivery_photos invoices \
        invoice_lines audit_log dashboard_aggregates; do
        printf "COPY (SELECT '%s', to_jsonb(t) FROM %s t) TO STDOUT;\n" "$table" "$table"
    done
    printf "COPY (SELECT 'invoice_number_seq', jsonb_build_object('last_value', last_value, 'is_called', is_called)
        FROM invoice_number_seq) TO STDOUT;\n"
    printf 'COMMIT;\n'
} >"$rows/export.sql"
v1 -f "$rows/export.sql" >"$rows/v1.rows"

# ── V2, all or nothing ───────────────────────────────────────────────────────────────────────────────────────────

cd "$rows"
v2 -f - <<'SQL'
BEGIN;
SET LOCAL lock_timeout = '5s';

CREATE TEMP TABLE v1 (entity text NOT NULL, r jsonb NOT NULL) ON COMMIT DROP;
\copy v1 FROM v1.rows

-- What is copied was logged in V1 when it happened: the copy is no change.
ALTER TABLE planteurs DISABLE TRIGGER log_change;
ALTER TABLE deliveries DISABLE TRIGGER log_change;
ALTER TABLE invoices DISABLE TRIGGER log_change;

INSERT INTO regions (v1_id, code, label)
    SELECT x.id, x.code, x.name
    FROM v1, jsonb_to_record(r) AS x (id bigint, code text, name text) WHERE entity = 'regions';

INSERT INTO cooperatives (v1_id, region_id, code, legal_name)
    SELECT x.id, regions.id, x.code, x.name
    FROM v1, jsonb_to_record(r) AS x (id bigint, region_id bigint, code text, name text)
        LEFT JOIN regions ON regions.v1_id = x.region_id
    WHERE entity = 'cooperatives';

INSERT INTO auth.users (email) SELECT r ->> 'email' FROM v1 WHERE entity = 'profiles';

INSERT INTO profiles (id, v1_id, cooperative_id, display_name, phone, role)
    SELECT users.id, x.id, cooperatives.id, x.full_name, x.phone, x.role
    FROM v1, jsonb_to_record(r) AS x (id bigint, cooperative_id bigint, email text, full_name text, phone text, role text)
        LEFT JOIN auth.users ON users.email = x.email
        LEFT JOIN cooperatives ON cooperatives.v1_id = x.cooperative_id
    WHERE entity = 'profiles';

INSERT INTO warehouses (v1_id, cooperative_id, code, label)
    SELECT x.id, cooperatives.id, x.code, x.name
    FROM v1, jsonb_to_record(r) AS x (id bigint, cooperative_id bigint, code text, name text)
        LEFT JOIN cooperatives ON cooperatives.v1_id = x.cooperative_id
    WHERE entity = 'warehouses';

INSERT INTO chef_planteurs (v1_id, cooperative_id, code, display_name)
    SELECT x.id, cooperatives.id, x.code, x.full_name
    FROM v1, jsonb_to_record(r) AS x (id bigint, cooperative_id bigint, code text, full_name text)
        LEFT JOIN cooperatives ON cooperatives.v1_id = x.cooperative_id
    WHERE entity = 'chef_planteurs';

INSERT INTO planteurs (v1_id, chef_id, code, display_name, area_ha)
    SELECT x.id, chef_planteurs.id, x.code, x.full_name, x.hectares
    FROM v1, jsonb_to_record(r) AS x (id bigint, chef_planteur_id bigint, code text, full_name text, hectares numeric)
        LEFT JOIN chef_planteurs ON chef_planteurs.v1_id = x.chef_planteur_id
    WHERE entity = 'planteurs';

INSERT INTO deliveries (v1_id, ticket, planteur_id, warehouse_id, recorded_by, delivered_at, net_weight_kg, grade, state)
    SELECT x.id, x.ticket, planteurs.id, warehouses.id, profiles.id, x.delivered_on, x.weight_kg, x.grade, x.status
    FROM v1, jsonb_to_record(r) AS x (id bigint, ticket text, planteur_id bigint, warehouse_id bigint, recorded_by bigint,
                                      delivered_on date, weight_kg numeric, grade text, status text)
        LEFT JOIN planteurs ON planteurs.v1_id = x.planteur_id
        LEFT JOIN warehouses ON warehouses.v1_id = x.warehouse_id
        LEFT JOIN profiles ON profiles.v1_id = x.recorded_by
    WHERE entity = 'deliveries';

INSERT INTO storage.objects (name) SELECT r ->> 'path' FROM v1 WHERE entity = 'delivery_photos';

INSERT INTO delivery_photos (v1_id, delivery_id, object_id)
    SELECT x.id, deliveries.id, objects.id
    FROM v1, jsonb_to_record(r) AS x (id bigint, delivery_id bigint, path text)
        LEFT JOIN deliveries ON deliveries.v1_id = x.delivery_id
        LEFT JOIN storage.objects ON objects.name = x.path
    WHERE entity = 'delivery_photos';

INSERT INTO invoices (v1_id, cooperative_id, number, issued_on, amount_xaf)
    SELECT x.id, cooperatives.id, x.number, x.issued_on, x.total_xaf
    FROM v1, jsonb_to_record(r) AS x (id bigint, cooperative_id bigint, number text, issued_on date, total_xaf bigint)
        LEFT JOIN cooperatives ON cooperatives.v1_id = x.cooperative_id
    WHERE entity = 'invoices';

INSERT INTO invoice_lines (v1_id, invoice_id, delivery_id, amount_xaf)
    SELECT x.id, invoices.id, deliveries.id, x.amount_xaf
    FROM v1, jsonb_to_record(r) AS x (id bigint, invoice_id bigint, delivery_id bigint, amount_xaf bigint)
        LEFT JOIN invoices ON invoices.v1_id = x.invoice_id
        LEFT JOIN deliveries ON deliveries.v1_id = x.delivery_id
    WHERE entity = 'invoice_lines';

-- What a line is about may have been deleted since.
INSERT INTO audit_log (v1_id, occurred_at, actor_id, entity, entity_id, action)
    SELECT x.id, x.at, profiles.id, x.entity, deliveries.id, x.action
    FROM v1, jsonb_to_record(r) AS x (id bigint, at timestamptz, actor_id bigint, entity text, entity_id bigint, action text)
        LEFT JOIN profiles ON profiles.v1_id = x.actor_id
        LEFT JOIN deliveries ON x.entity = 'deliveries' AND deliveries.v1_id = x.entity_id
    WHERE v1.entity = 'audit_log';

INSERT INTO dashboard_aggregates (cooperative_id, month, delivery_count, net_weight_kg)
    SELECT cooperatives.id, x.month, x.deliveries, x.weight_kg
    FROM v1, jsonb_to_record(r) AS x (cooperative_id bigint, month date, deliveries bigint, weight_kg numeric)
        LEFT JOIN cooperatives ON cooperatives.v1_id = x.cooperative_id
    WHERE entity = 'dashboard_aggregates';

ALTER TABLE planteurs ENABLE TRIGGER log_change;
ALTER TABLE deliveries ENABLE TRIGGER log_change;
ALTER TABLE invoices ENABLE TRIGGER log_change;

DO $$
DECLARE
    differs text;
BEGIN
    SELECT string_agg(format('%s: %s in V1, %s in V2', entity, coalesce(there, 0), coalesce(here, 0)), '; ') INTO differs
    FROM (SELECT entity, count(*) AS there FROM v1 WHERE entity <> 'invoice_number_seq' GROUP BY 1) a
        FULL JOIN (SELECT entity, count(*) AS here FROM migration.rows GROUP BY 1) b USING (entity)
    WHERE there IS DISTINCT FROM here;
    IF differs IS NOT NULL THEN
        RAISE EXCEPTION 'not everything arrived: %', differs;
    END IF;
END $$;

-- Last, because no ROLLBACK takes it back: V2 goes on where V1's invoices end.
SELECT setval('invoice_number_seq', (r ->> 'last_value')::bigint, (r ->> 'is_called')::boolean) FROM v1
    WHERE entity = 'invoice_number_seq' \g /dev/null
COMMIT;
ANALYZE;
SQL

v2 -A -t -c "SELECT 'copied: ' || string_agg(entity || ' ' || n, ', ' ORDER BY entity)
             FROM (SELECT entity, count(*) AS n FROM migration.rows GROUP BY 1) counted"
