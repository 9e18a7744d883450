-- CocoaTrack V1: a small cooperative union in the Centre and South of Cameroon.

INSERT INTO regions (code, name) VALUES ('CE', 'Centre'), ('SU', 'Sud'), ('LT', 'Littoral');

INSERT INTO cooperatives (region_id, code, name) VALUES
    (1, 'SOCAM', 'Société coopérative de Mbalmayo'),
    (1, 'COOBAF', 'Coopérative de Bafia'),
    (2, 'COPEB', 'Coopérative des planteurs d''Ebolowa');

INSERT INTO profiles (cooperative_id, email, full_name, phone, role) VALUES
    (1, 'a.ndongo@socam.example.org', 'Agathe Ndongo', '+237 6 70 00 01 01', 'admin'),
    (1, 'p.essomba@socam.example.org', 'Paul Essomba', '+237 6 70 00 01 02', 'agent'),
    (2, 'm.bassong@coobaf.example.org', 'Marie Bassong', NULL, 'manager'),
    (2, 'j.ekani@coobaf.example.org', 'Jean "Le Grand" Ekani', '+237 6 70 00 02 02', 'agent'),
    (3, 'r.mvondo@copeb.example.org', 'Rose Mvondo', '+237 6 70 00 03 01', 'manager');

INSERT INTO warehouses (cooperative_id, code, name) VALUES
    (1, 'MBA-1', 'Mbalmayo gare'), (1, 'MBA-2', 'Mbalmayo marché'), (2, 'BAF-1', 'Bafia'), (3, 'EBO-1', 'Ebolowa');

INSERT INTO chef_planteurs (cooperative_id, code, full_name) VALUES
    (1, 'CH-01', 'Thomas Abega'), (2, 'CH-02', 'Brigitte Nkolo'), (3, 'CH-03', 'Samuel Oyono');

INSERT INTO planteurs (chef_planteur_id, code, full_name, hectares)
    SELECT 1 + n % 3, 'PL-' || lpad(n::text, 3, '0'), 'Planteur n° ' || n, 1.25 + n * 0.75 FROM generate_series(1, 12) n;

-- Ids have holes, as they have in life.
SELECT setval('deliveries_id_seq', 100);
INSERT INTO deliveries (ticket, planteur_id, warehouse_id, recorded_by, delivered_on, weight_kg, grade, status)
    SELECT 'BL-' || lpad((4000 + n)::text, 6, '0'), 1 + n % 12, 1 + n % 4, 1 + n % 5, date '2026-10-01' + n * 3,
           40 + n * 3.25, (ARRAY['A', 'B', 'C'])[1 + n % 3], (ARRAY['recorded', 'weighed', 'paid'])[1 + n % 3]
    FROM generate_series(1, 40) n;
DELETE FROM deliveries WHERE id % 13 = 0;

INSERT INTO delivery_photos (delivery_id, path)
    SELECT id, 'deliveries/' || ticket || '.jpg' FROM deliveries WHERE id % 3 = 0;

INSERT INTO invoices (cooperative_id, issued_on, total_xaf)
    SELECT 1 + n % 3, date '2026-11-15' + n * 7, 250000 + n * 12500 FROM generate_series(1, 6) n;

INSERT INTO invoice_lines (invoice_id, delivery_id, amount_xaf)
    SELECT 1 + row_number() OVER (ORDER BY id) % 6, id, 60000 + id * 10 FROM deliveries WHERE status = 'paid';

INSERT INTO audit_log (at, actor_id, entity, entity_id, action)
    SELECT timestamptz '2026-10-01 06:00:00.125+00' + n * interval '31 hours', CASE WHEN n % 7 = 0 THEN NULL ELSE 1 + n % 5 END,
           'deliveries', 100 + n, (ARRAY['INSERT', 'UPDATE'])[1 + n % 2]
    FROM generate_series(1, 20) n;

INSERT INTO dashboard_aggregates (cooperative_id, month, deliveries, weight_kg)
    SELECT w.cooperative_id, date_trunc('month', d.delivered_on), count(*), sum(d.weight_kg)
    FROM deliveries d JOIN warehouses w ON w.id = d.warehouse_id GROUP BY 1, 2;
