-- CocoaTrack V2 before the migration: what the pilot cooperative entered. A rollback must leave every one of these rows.

INSERT INTO auth.users (id, email, created_at) VALUES
    ('0a000000-0000-4000-8000-000000000001', 'pilote@cooplum.example.org', '2027-01-11 08:00+00'),
    ('0a000000-0000-4000-8000-000000000002', 'support@cocoatrack.example.org', '2027-01-11 08:05+00');

INSERT INTO regions (id, pilot, code, label) VALUES ('0b000000-0000-4000-8000-000000000001', true, 'PILOT', 'Région pilote');

INSERT INTO cooperatives (id, pilot, region_id, code, legal_name) VALUES
    ('0c000000-0000-4000-8000-000000000001', true, '0b000000-0000-4000-8000-000000000001', 'COOPLUM', 'Coopérative pilote de Loum');

INSERT INTO profiles (id, pilot, cooperative_id, display_name, phone, role) VALUES
    ('0a000000-0000-4000-8000-000000000001', true, '0c000000-0000-4000-8000-000000000001', 'Pilote Un', '+237 6 70 00 09 01', 'agent'),
    ('0a000000-0000-4000-8000-000000000002', true, '0c000000-0000-4000-8000-000000000001', 'Support', NULL, 'auditor');

INSERT INTO warehouses (id, pilot, cooperative_id, code, label) VALUES
    ('0d000000-0000-4000-8000-000000000001', true, '0c000000-0000-4000-8000-000000000001', 'LOU-1', 'Loum');

INSERT INTO chef_planteurs (id, pilot, cooperative_id, code, display_name) VALUES
    ('0e000000-0000-4000-8000-000000000001', true, '0c000000-0000-4000-8000-000000000001', 'CH-P1', 'Chef pilote');

INSERT INTO planteurs (id, pilot, chef_id, code, display_name, area_ha) VALUES
    ('0f000000-0000-4000-8000-000000000001', true, '0e000000-0000-4000-8000-000000000001', 'PL-P01', 'Planteur pilote', 3.5);

INSERT INTO deliveries (id, pilot, ticket, planteur_id, warehouse_id, recorded_by, delivered_at, net_weight_kg, grade, state) VALUES
    ('10000000-0000-4000-8000-000000000001', true, 'PILOT-0001', '0f000000-0000-4000-8000-000000000001',
     '0d000000-0000-4000-8000-000000000001', '0a000000-0000-4000-8000-000000000001', '2027-01-12', 61.125, 'A', 'weighed');
