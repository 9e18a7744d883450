-- The orders' own database of move-table.rbk: sqlite3 orders.db <orders.sql
CREATE TABLE orders (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    total_cents INTEGER NOT NULL CHECK (total_cents >= 0)
);
