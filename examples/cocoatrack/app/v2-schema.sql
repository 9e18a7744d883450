-- CocoaTrack V2 (Supabase): the schema as the migration finds it. Keys are uuids, names have changed, every change of a
-- delivery, planteur or invoice is logged by a trigger. `auth` and `storage` stand for Supabase's own schemas: profiles and
-- photos reach into them, so whatever saves or empties V2 has to know them too.
--
-- `v1_id` is the row's key in V1; a row that was made in V2 has none. `pilot` marks what the pilot cooperative entered
-- before the migration: V1 has never known it, and it must survive a rollback.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_user') THEN
        CREATE ROLE app_user LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'import_job') THEN
        CREATE ROLE import_job LOGIN;
    END IF;
END $$;

CREATE SCHEMA auth;
CREATE TABLE auth.users (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email      text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE SCHEMA storage;
CREATE TABLE storage.objects (
    id     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    bucket text NOT NULL DEFAULT 'delivery-photos',
    name   text NOT NULL,
    UNIQUE (bucket, name)
);

CREATE TABLE regions (
    id    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    v1_id bigint UNIQUE,
    pilot boolean NOT NULL DEFAULT false,
    code  text NOT NULL UNIQUE,
    label text NOT NULL
);

CREATE TABLE cooperatives (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    v1_id      bigint UNIQUE,
    pilot      boolean NOT NULL DEFAULT false,
    region_id  uuid NOT NULL REFERENCES regions,
    code       text NOT NULL UNIQUE,
    legal_name text NOT NULL
);

CREATE TABLE profiles (
    id             uuid PRIMARY KEY REFERENCES auth.users,
    v1_id          bigint UNIQUE,
    pilot          boolean NOT NULL DEFAULT false,
    cooperative_id uuid NOT NULL REFERENCES cooperatives,
    display_name   text NOT NULL,
    phone          text,
    role           text NOT NULL CHECK (role IN ('admin', 'manager', 'agent', 'auditor'))
);

CREATE TABLE warehouses (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    v1_id          bigint UNIQUE,
    pilot          boolean NOT NULL DEFAULT false,
    cooperative_id uuid NOT NULL REFERENCES cooperatives,
    code           text NOT NULL UNIQUE,
    label          text NOT NULL
);

CREATE TABLE chef_planteurs (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    v1_id          bigint UNIQUE,
    pilot          boolean NOT NULL DEFAULT false,
    cooperative_id uuid NOT NULL REFERENCES cooperatives,
    code           text NOT NULL UNIQUE,
    display_name   text NOT NULL
);

CREATE TABLE planteurs (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    v1_id        bigint UNIQUE,
    pilot        boolean NOT NULL DEFAULT false,
    chef_id      uuid NOT NULL REFERENCES chef_planteurs,
    code         text NOT NULL UNIQUE,
    display_name text NOT NULL,
    area_ha      numeric(8, 2) NOT NULL
);

-- V2 weighs to the gram and knows one more state. V1 can hold neither: see sync-v2-to-v1.sh.
CREATE TABLE deliveries (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    v1_id         bigint UNIQUE,
    pilot         boolean NOT NULL DEFAULT false,
    ticket        text NOT NULL UNIQUE,
    planteur_id   uuid NOT NULL REFERENCES planteurs,
    warehouse_id  uuid NOT NULL REFERENCES warehouses,
    recorded_by   uuid NOT NULL REFERENCES profiles,
    delivered_at  date NOT NULL,
    net_weight_kg numeric(12, 3) NOT NULL CHECK (net_weight_kg > 0),
    grade         text NOT NULL CHECK (grade IN ('A', 'B', 'C')),
    state         text NOT NULL DEFAULT 'recorded' CHECK (state IN ('recorded', 'weighed', 'disputed', 'paid'))
);
CREATE INDEX deliveries_by_day ON deliveries (delivered_at, warehouse_id);

CREATE TABLE delivery_photos (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    v1_id       bigint UNIQUE,
    pilot       boolean NOT NULL DEFAULT false,
    delivery_id uuid NOT NULL REFERENCES deliveries,
    object_id   uuid NOT NULL UNIQUE REFERENCES storage.objects
);

CREATE SEQUENCE invoice_number_seq;

CREATE TABLE invoices (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    v1_id          bigint UNIQUE,
    pilot          boolean NOT NULL DEFAULT false,
    cooperative_id uuid NOT NULL REFERENCES cooperatives,
    number         text NOT NULL UNIQUE DEFAULT 'F-' || lpad(nextval('invoice_number_seq')::text, 6, '0'),
    issued_on      date NOT NULL,
    amount_xaf     bigint NOT NULL CHECK (amount_xaf >= 0)
);

CREATE TABLE invoice_lines (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    v1_id       bigint UNIQUE,
    pilot       boolean NOT NULL DEFAULT false,
    invoice_id  uuid NOT NULL REFERENCES invoices,
    delivery_id uuid NOT NULL REFERENCES deliveries,
    amount_xaf  bigint NOT NULL CHECK (amount_xaf >= 0),
    UNIQUE (invoice_id, delivery_id)
);

CREATE TABLE audit_log (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    v1_id       bigint UNIQUE,
    pilot       boolean NOT NULL DEFAULT false,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    actor_id    uuid REFERENCES profiles,
    entity      text NOT NULL,
    entity_id   uuid,
    action      text NOT NULL
);

CREATE TABLE dashboard_aggregates (
    cooperative_id uuid NOT NULL REFERENCES cooperatives,
    month          date NOT NULL,
    delivery_count bigint NOT NULL,
    net_weight_kg  numeric(14, 3) NOT NULL,
    PRIMARY KEY (cooperative_id, month)
);

-- Runs as its owner, so that the log can't be avoided or forged. The API says with `SET app.actor` who is at work.
CREATE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    touched record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    INSERT INTO audit_log (actor_id, pilot, entity, entity_id, action)
    VALUES (nullif(current_setting('app.actor', true), '')::uuid, touched.pilot, TG_TABLE_NAME, touched.id, TG_OP);
    RETURN NULL;
END $$;

CREATE TRIGGER log_change AFTER INSERT OR UPDATE OR DELETE ON planteurs FOR EACH ROW EXECUTE FUNCTION log_change();
CREATE TRIGGER log_change AFTER INSERT OR UPDATE OR DELETE ON deliveries FOR EACH ROW EXECUTE FUNCTION log_change();
CREATE TRIGGER log_change AFTER INSERT OR UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION log_change();

-- The same people may do the same things as in V1.
GRANT USAGE ON SCHEMA auth, storage TO app_user;
GRANT SELECT ON auth.users, storage.objects TO app_user;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO app_user, import_job;
GRANT INSERT, UPDATE, DELETE ON chef_planteurs, planteurs, deliveries, delivery_photos TO app_user;
GRANT INSERT, UPDATE ON invoices, invoice_lines TO app_user;
GRANT INSERT, UPDATE, DELETE, TRUNCATE ON dashboard_aggregates TO app_user;
GRANT INSERT ON audit_log TO app_user;
GRANT UPDATE (display_name, phone) ON profiles TO app_user;
GRANT SELECT, USAGE ON SEQUENCE invoice_number_seq TO app_user;
GRANT INSERT, UPDATE ON planteurs TO import_job;
GRANT INSERT ON storage.objects TO app_user;

-- ── what the migration looks at ──────────────────────────────────────────────────────────────────────────────────

CREATE SCHEMA migration;

-- Every row that V1 knows or has to know, in the words that V1 and V2 share: as migration.rows of V1.
CREATE VIEW migration.rows (entity, content) AS
    SELECT 'regions', jsonb_build_array(code, label) FROM regions WHERE NOT pilot
    UNION ALL
    SELECT 'cooperatives', jsonb_build_array(c.code, c.legal_name, r.code)
    FROM cooperatives c JOIN regions r ON r.id = c.region_id WHERE NOT c.pilot
    UNION ALL
    SELECT 'profiles', jsonb_build_array(u.email, p.display_name, p.phone, p.role, c.code)
    FROM profiles p JOIN auth.users u USING (id) JOIN cooperatives c ON c.id = p.cooperative_id WHERE NOT p.pilot
    UNION ALL
    SELECT 'warehouses', jsonb_build_array(w.code, w.label, c.code)
    FROM warehouses w JOIN cooperatives c ON c.id = w.cooperative_id WHERE NOT w.pilot
    UNION ALL
    SELECT 'chef_planteurs', jsonb_build_array(h.code, h.display_name, c.code)
    FROM chef_planteurs h JOIN cooperatives c ON c.id = h.cooperative_id WHERE NOT h.pilot
    UNION ALL
    SELECT 'planteurs', jsonb_build_array(p.code, p.display_name, trim_scale(p.area_ha), h.code)
    FROM planteurs p JOIN chef_planteurs h ON h.id = p.chef_id WHERE NOT p.pilot
    UNION ALL
    SELECT 'deliveries',
           jsonb_build_array(d.ticket, p.code, w.code, u.email, d.delivered_at, trim_scale(d.net_weight_kg), d.grade, d.state)
    FROM deliveries d
        JOIN planteurs p ON p.id = d.planteur_id
        JOIN warehouses w ON w.id = d.warehouse_id
        JOIN auth.users u ON u.id = d.recorded_by
    WHERE NOT d.pilot
    UNION ALL
    SELECT 'delivery_photos', jsonb_build_array(o.name, d.ticket)
    FROM delivery_photos f JOIN storage.objects o ON o.id = f.object_id JOIN deliveries d ON d.id = f.delivery_id WHERE NOT f.pilot
    UNION ALL
    SELECT 'invoices', jsonb_build_array(i.number, c.code, i.issued_on, i.amount_xaf)
    FROM invoices i JOIN cooperatives c ON c.id = i.cooperative_id WHERE NOT i.pilot
    UNION ALL
    SELECT 'invoice_lines', jsonb_build_array(i.number, d.ticket, l.amount_xaf)
    FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id JOIN deliveries d ON d.id = l.delivery_id WHERE NOT l.pilot
    UNION ALL
    SELECT 'audit_log', jsonb_build_array(extract(epoch FROM a.occurred_at), u.email, a.entity, a.action)
    FROM audit_log a LEFT JOIN auth.users u ON u.id = a.actor_id WHERE NOT a.pilot
    UNION ALL
    SELECT 'dashboard_aggregates', jsonb_build_array(c.code, g.month, g.delivery_count, trim_scale(g.net_weight_kg))
    FROM dashboard_aggregates g JOIN cooperatives c ON c.id = g.cooperative_id WHERE NOT c.pilot;

-- Every row of every table, the pilot's included: what a rollback must leave as it was.
CREATE VIEW migration.everything (entity, content) AS
    SELECT 'auth.users', to_jsonb(t) FROM auth.users t
    UNION ALL SELECT 'storage.objects', to_jsonb(t) FROM storage.objects t
    UNION ALL SELECT 'regions', to_jsonb(t) FROM regions t
    UNION ALL SELECT 'cooperatives', to_jsonb(t) FROM cooperatives t
    UNION ALL SELECT 'profiles', to_jsonb(t) FROM profiles t
    UNION ALL SELECT 'warehouses', to_jsonb(t) FROM warehouses t
    UNION ALL SELECT 'chef_planteurs', to_jsonb(t) FROM chef_planteurs t
    UNION ALL SELECT 'planteurs', to_jsonb(t) FROM planteurs t
    UNION ALL SELECT 'deliveries', to_jsonb(t) FROM deliveries t
    UNION ALL SELECT 'delivery_photos', to_jsonb(t) FROM delivery_photos t
    UNION ALL SELECT 'invoices', to_jsonb(t) FROM invoices t
    UNION ALL SELECT 'invoice_lines', to_jsonb(t) FROM invoice_lines t
    UNION ALL SELECT 'audit_log', to_jsonb(t) FROM audit_log t
    UNION ALL SELECT 'dashboard_aggregates', to_jsonb(t) FROM dashboard_aggregates t;

-- Whoever may change something, as in V1; with the schemas that V2 adds.
CREATE VIEW migration.writers (holder, privilege, object) AS
    SELECT coalesce(grantee.rolname, 'PUBLIC') AS holder,
           acl.privilege_type || CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS privilege,
           held.object
    FROM (
        SELECT c.oid::regclass::text AS object, c.relacl AS acl, c.relowner FROM pg_class c
        WHERE c.relnamespace::regnamespace::text IN ('public', 'migration', 'auth', 'storage')
        UNION ALL
        SELECT format('%s(%I)', a.attrelid::regclass, a.attname), a.attacl, c.relowner
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace::regnamespace::text IN ('public', 'migration', 'auth', 'storage') AND NOT a.attisdropped
    ) held
    CROSS JOIN LATERAL aclexplode(held.acl) acl
    LEFT JOIN pg_roles grantee ON grantee.oid = acl.grantee
    WHERE acl.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'USAGE') AND acl.grantee <> held.relowner
    UNION ALL
    SELECT r.rolname, 'MEMBER', 'pg_write_all_data' FROM pg_roles r
    WHERE r.rolcanlogin AND NOT r.rolsuper AND pg_has_role(r.oid, 'pg_write_all_data', 'MEMBER')
    UNION ALL
    SELECT 'whoever may call it', 'SECURITY DEFINER', f.oid::regprocedure::text FROM pg_proc f
    WHERE f.prosecdef AND f.prorettype <> 'trigger'::regtype
      AND f.pronamespace::regnamespace::text IN ('public', 'migration', 'auth', 'storage');
