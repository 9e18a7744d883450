-- A Saturday morning on V2, after the switch: what the clients write as `app_user`. For rehearsals.

INSERT INTO planteurs (chef_id, code, display_name, area_ha)
    SELECT id, 'PL-900', 'Nouveau planteur', 2.25 FROM chef_planteurs WHERE code = 'CH-02';

INSERT INTO deliveries (ticket, planteur_id, warehouse_id, recorded_by, delivered_at, net_weight_kg, grade)
    SELECT t.ticket, p.id, w.id, u.id, date '2027-03-06', t.weight, 'A'
    FROM (VALUES ('BL-009001', 'PL-900', 71.25), ('BL-009002', 'PL-003', 44.5)) AS t (ticket, planteur, weight)
        JOIN planteurs p ON p.code = t.planteur
        JOIN warehouses w ON w.code = 'BAF-1'
        JOIN auth.users u ON u.email = 'j.ekani@coobaf.example.org';

WITH photo AS (INSERT INTO storage.objects (name) VALUES ('deliveries/BL-009001.jpg') RETURNING id)
INSERT INTO delivery_photos (delivery_id, object_id) SELECT d.id, photo.id FROM photo, deliveries d WHERE d.ticket = 'BL-009001';

UPDATE deliveries SET state = 'paid' WHERE ticket = 'BL-004003';
UPDATE planteurs SET display_name = 'Planteur n° 5 (corrigé)', area_ha = 6.1 WHERE code = 'PL-005';
DELETE FROM delivery_photos WHERE delivery_id = (SELECT id FROM deliveries WHERE ticket = 'BL-004005');

WITH invoice AS (
    INSERT INTO invoices (cooperative_id, issued_on, amount_xaf) SELECT id, date '2027-03-06', 75000 FROM cooperatives WHERE code = 'COOBAF'
    RETURNING id
)
INSERT INTO invoice_lines (invoice_id, delivery_id, amount_xaf)
    SELECT invoice.id, d.id, 75000 FROM invoice, deliveries d WHERE d.ticket = 'BL-009002';

TRUNCATE dashboard_aggregates;
INSERT INTO dashboard_aggregates (cooperative_id, month, delivery_count, net_weight_kg)
    SELECT w.cooperative_id, date_trunc('month', d.delivered_at), count(*), sum(d.net_weight_kg)
    FROM deliveries d JOIN warehouses w ON w.id = d.warehouse_id GROUP BY 1, 2;
