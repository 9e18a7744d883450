-- The shop's database before the migration, on MariaDB 10.6 or later: mariadb shop <shop.sql
--
-- Totals are euros. What a customer abroad has really paid stands in the order's note, entered by hand: `CHF 120.50`.

CREATE TABLE countries (
    code     CHAR(2) NOT NULL PRIMARY KEY,
    name     VARCHAR(60) NOT NULL,
    currency CHAR(3) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE customers (
    id      INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name    VARCHAR(80) NOT NULL,
    email   VARCHAR(120) NOT NULL,
    country CHAR(2) NOT NULL,
    UNIQUE KEY email (email),
    CONSTRAINT customers_country FOREIGN KEY (country) REFERENCES countries (code)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE orders (
    id          INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id INT UNSIGNED NOT NULL,
    placed_at   DATETIME NOT NULL,
    status      ENUM('open', 'paid', 'sent', 'returned') NOT NULL DEFAULT 'open',
    total_eur   DECIMAL(10, 2) NOT NULL COMMENT 'euros, converted when it was placed',
    note        VARCHAR(200) DEFAULT NULL,
    KEY by_month (placed_at),
    CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id),
    CONSTRAINT total_is_no_debt CHECK (total_eur >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COMMENT = 'what was ordered; lines below';

CREATE TABLE order_lines (
    order_id INT UNSIGNED NOT NULL,
    line     SMALLINT UNSIGNED NOT NULL,
    product  VARCHAR(80) NOT NULL,
    quantity INT UNSIGNED NOT NULL,
    PRIMARY KEY (order_id, line),
    CONSTRAINT lines_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE order_history (
    order_id   INT UNSIGNED NOT NULL,
    changed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    from_state VARCHAR(10) NOT NULL,
    to_state   VARCHAR(10) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE VIEW revenue AS
    SELECT DATE_FORMAT(placed_at, '%Y-%m') AS month, SUM(total_eur) AS eur FROM orders WHERE status <> 'returned' GROUP BY month;

DELIMITER //
CREATE TRIGGER orders_history AFTER UPDATE ON orders FOR EACH ROW
BEGIN
    -- Only what customers are told about; a total that is corrected is none of it.
    IF NEW.status <> OLD.status THEN
        INSERT INTO order_history (order_id, from_state, to_state) VALUES (OLD.id, OLD.status, NEW.status);
    END IF;
END//

CREATE PROCEDURE revenue_of(IN wanted CHAR(7), OUT eur DECIMAL(12, 2))
BEGIN
    SELECT COALESCE(SUM(total_eur), 0) INTO eur FROM orders
    WHERE DATE_FORMAT(placed_at, '%Y-%m') = wanted AND status <> 'returned';
END//
DELIMITER ;

CREATE EVENT forget_history ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 03:00:00' DISABLE
    DO DELETE FROM order_history WHERE changed_at < NOW() - INTERVAL 2 YEAR;

INSERT INTO countries VALUES ('AT', 'Österreich', 'EUR'), ('CH', 'Schweiz', 'CHF'), ('DE', 'Deutschland', 'EUR'),
    ('PL', 'Polska', 'PLN'), ('SE', 'Sverige', 'SEK');

INSERT INTO customers (id, name, email, country) VALUES
    (1, 'Käthe Öchsle', 'kaethe@example.de', 'DE'), (2, 'Łukasz Żak', 'lukasz@example.pl', 'PL'),
    (3, 'Renée O''Neill', 'renee@example.ch', 'CH'), (4, 'Bengt Åkesson', 'bengt@example.se', 'SE'),
    (5, 'Ilse 😀 Moser', 'ilse@example.at', 'AT');

INSERT INTO orders (id, customer_id, placed_at, status, total_eur, note) VALUES
    (1, 1, '2026-11-02 10:00:00', 'sent', 19.90, NULL),
    (2, 2, '2026-11-03 11:30:00', 'sent', 44.10, 'PLN 189.90'),
    (3, 3, '2026-11-20 08:15:00', 'returned', 127.95, 'CHF 120.50'),
    (4, 4, '2026-12-01 17:45:00', 'paid', 88.00, 'SEK 999.00'),
    (5, 5, '2026-12-05 09:05:00', 'paid', 5.00, 'leave it with the neighbour: "Müller\\Maier"'),
    (6, 3, '2026-12-24 23:59:59', 'open', 0.00, 'CHF 0.00'),
    (9, 2, '2027-01-07 12:00:00', 'open', 310.00, 'PLN 1335.25');

INSERT INTO order_lines VALUES (1, 1, 'Kettle', 1), (2, 1, 'Lamp', 1), (2, 2, 'Bulb', 3), (3, 1, 'Chair', 1), (4, 1, 'Desk', 1),
    (5, 1, 'Postcard', 10), (6, 1, 'Voucher', 1), (9, 1, 'Shelf', 2);

INSERT INTO order_history VALUES (1, '2026-11-04 08:00:00', 'paid', 'sent'), (3, '2026-12-02 08:00:00', 'sent', 'returned');
