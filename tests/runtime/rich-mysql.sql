-- A schema with what dumps and copies of MariaDB tend to lose.
ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE customers (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(60) CHARACTER SET latin1 COLLATE latin1_german2_ci NOT NULL COMMENT 'as they write it: ''quoted''; and more',
    email VARCHAR(100) COLLATE utf8mb4_bin DEFAULT NULL,
    born DATE NOT NULL DEFAULT '1970-01-01',
    seen TIMESTAMP(3) NULL DEFAULT NULL,
    kind ENUM('person', 'it''s a shop') NOT NULL DEFAULT 'person',
    flags BIT(9) NOT NULL DEFAULT b'101',
    photo BLOB,
    more LONGTEXT CHECK (json_valid(more)),
    upper_name VARCHAR(60) AS (UPPER(name)) VIRTUAL,
    initial CHAR(1) AS (LEFT(name, 1)) STORED,
    UNIQUE KEY email (email),
    KEY prefix (name(5), born DESC),
    FULLTEXT KEY words (name)
) ENGINE = InnoDB AUTO_INCREMENT = 41 DEFAULT CHARSET = utf8mb4 COMMENT = 'people; and shops';
CREATE TABLE `Odd ``Name` (
    `a b` INT NOT NULL, `sel``ect` DECIMAL(20, 8) DEFAULT 1.5, customer INT UNSIGNED,
    PRIMARY KEY (`a b`), CONSTRAINT `odd key` FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE ON UPDATE SET NULL,
    CONSTRAINT positive CHECK (`a b` > 0)
) ENGINE = InnoDB;
CREATE TABLE parts (id INT NOT NULL, d DATE NOT NULL, v DOUBLE, PRIMARY KEY (id, d))
    PARTITION BY RANGE (YEAR(d)) (PARTITION old VALUES LESS THAN (2020), PARTITION new VALUES LESS THAN MAXVALUE);
CREATE TABLE zero (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);
CREATE TABLE log (what TEXT, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE SEQUENCE tickets START WITH 100 INCREMENT BY 10;
DO NEXTVAL(tickets);
INSERT INTO customers (id, name, email, seen, kind, flags, photo, more) VALUES
    (1, 'Müller', 'm@example.com', '2026-03-29 01:30:00.123', 'person', b'0', x'00ff0a5c27', '{"a": [1, null]}'),
    (2, 'O''Neil \\ Sons', NULL, NULL, 'it''s a shop', b'111111111', '', NULL),
    (40, 'line\nbreak\ttab\r\0nul', 'é😀@example.com', NULL, 'person', b'101', NULL, '"<x>"');
INSERT INTO `Odd ``Name` VALUES (1, 0.00000001, 1), (2, NULL, NULL), (3, 123456789012.12345678, 40);
INSERT INTO parts VALUES (1, '2019-12-31', 0.1), (2, '2026-01-01', -1e300);
SET sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO');
INSERT INTO zero VALUES (0, '2020-01-01 00:00:00'), (7, '2021-01-01 00:00:00');
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
DELIMITER //
CREATE PROCEDURE "greet"(IN who VARCHAR(20), OUT said TEXT)
    COMMENT 'kept' SQL SECURITY INVOKER
BEGIN
    -- a comment; in the body
    SET said = 'Hello ' || who;
END//
SET sql_mode = DEFAULT//
CREATE FUNCTION tax(amount DECIMAL(10, 2)) RETURNS DECIMAL(10, 2) DETERMINISTIC RETURN amount * 0.19//
CREATE DEFINER = owner@localhost TRIGGER customers_log AFTER UPDATE ON customers FOR EACH ROW
BEGIN
    INSERT INTO log (what) VALUES (CONCAT('changed ', OLD.id));
END//
CREATE EVENT clean ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 00:00:00' DISABLE DO DELETE FROM log WHERE at < NOW() - INTERVAL 1 YEAR//
DELIMITER ;
CREATE DEFINER = owner@localhost SQL SECURITY DEFINER VIEW names AS SELECT id, upper_name FROM customers WHERE id > 0 WITH LOCAL CHECK OPTION;
CREATE VIEW names_twice AS SELECT n.id, tax(n.id) AS t FROM names n;
