-- The shop's database before the change: sqlite3 shop.db <shop.sql
PRAGMA foreign_keys = ON;

CREATE TABLE customers (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    email   TEXT NOT NULL UNIQUE,
    fax     TEXT
);

CREATE TABLE orders (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    placed_on   TEXT NOT NULL,
    total_cents INTEGER NOT NULL CHECK (total_cents >= 0)
);

INSERT INTO customers (id, name, email, fax) VALUES
    (1, 'Ada Byron', 'ada@example.org', '+44 20 7946 0001'),
    (2, 'Grace Murray', 'grace@example.org', NULL),
    (3, 'Rozsa Politzer', 'rozsa@example.org', '+36 1 555 0103'),
    (4, 'Sofya Korvin', 'sofya@example.org', '+46 8 555 0104');

INSERT INTO orders (customer_id, placed_on, total_cents) VALUES
    (1, '2027-01-04', 1990),
    (1, '2027-01-19', 4250),
    (2, '2027-01-20', 799),
    (3, '2027-02-02', 12900),
    (4, '2027-02-03', 3300);
