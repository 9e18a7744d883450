-- The shop that the short plans change: sqlite3 shop.db <shop.sql
PRAGMA foreign_keys = ON;

CREATE TABLE customers (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    mail TEXT,
    fax  TEXT
);

CREATE TABLE orders (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    total_cents INTEGER NOT NULL CHECK (total_cents >= 0)
);

CREATE TABLE prices (
    product TEXT PRIMARY KEY,
    cents   INTEGER NOT NULL CHECK (cents >= 0)
);

CREATE TABLE baskets (
    id      INTEGER PRIMARY KEY,
    product TEXT NOT NULL REFERENCES prices (product)
);

INSERT INTO customers (name, mail, fax) VALUES
    ('Ada Byron', 'ada@example.org', '+44 20 7946 0001'),
    ('Grace Murray', 'grace@example.org', NULL),
    ('Rozsa Politzer', 'rozsa@example.org', '+36 1 555 0103');

INSERT INTO orders (customer_id, total_cents) VALUES (1, 1990), (1, 4250), (2, 799), (3, 12900);
INSERT INTO prices (product, cents) VALUES ('ink', 799), ('paper', 1990), ('quill', 4251), ('wax', 100);
INSERT INTO baskets (product) VALUES ('ink'), ('wax');
