INSERT INTO orders (id, state) VALUES (1, 'a'), (2, 'b');
INSERT IGNORE INTO orders SELECT * FROM staging;
INSERT INTO orders SET id = 1, state = 'a';
INSERT INTO orders (id) VALUES (1) ON DUPLICATE KEY UPDATE state = VALUES(state);
REPLACE INTO orders VALUES (1, 'a');
REPLACE orders SET id = 1;
UPDATE orders SET state = 'b';
UPDATE LOW_PRIORITY IGNORE orders SET state = 'b' WHERE id = 1 LIMIT 1;
UPDATE orders SET state = 'a' WHERE state IS NULL;
UPDATE orders o JOIN users u ON u.id = o.user_id SET o.state = u.state, o.note = '' WHERE u.gone;
UPDATE orders, users SET orders.state = users.state WHERE users.id = orders.user_id;
DELETE FROM orders;
DELETE QUICK FROM orders WHERE id = 1;
DELETE FROM orders ORDER BY id LIMIT 100;
DELETE o FROM orders o JOIN users u ON u.id = o.user_id WHERE u.gone;
DELETE a, b FROM a INNER JOIN b ON a.id = b.id;
DELETE FROM a USING a JOIN b ON a.id = b.id;
LOAD DATA LOCAL INFILE 'x.csv' REPLACE INTO TABLE orders FIELDS TERMINATED BY ',';
LOAD DATA INFILE 'x.csv' IGNORE INTO TABLE shop.orders;
SELECT * FROM orders INTO OUTFILE '/tmp/x';
SELECT count(*) INTO @n FROM orders;
SELECT * FROM orders FOR UPDATE;
WITH old AS (SELECT id FROM orders) SELECT * FROM old JOIN lines USING (id);
WITH old AS (SELECT id FROM orders) DELETE FROM lines WHERE id IN (SELECT id FROM old);
TABLE orders;
HANDLER orders OPEN;
CALL clean(30);
PREPARE stmt FROM 'DROP TABLE orders';
EXECUTE stmt;
DO SLEEP(1);
SET @a = 1;
SET autocommit = 0;
START TRANSACTION;
XA START 'x';
EXPLAIN SELECT * FROM orders;
ANALYZE FORMAT=JSON SELECT * FROM orders;
UPDATE schema_migrations SET version = '2';
BEGIN NOT ATOMIC DELETE FROM orders; END;

-- Marks of a tool between statements
ALTER TABLE `orders` ADD `note` text;--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `memo`;--> statement-breakpoint
CREATE INDEX `by_note` ON `orders` (`note`);

-- A trigger with a body
DELIMITER //
CREATE TRIGGER stamp BEFORE INSERT ON orders FOR EACH ROW BEGIN SET NEW.a = 1; DELETE FROM cache; END//
DROP TABLE cache//
DELIMITER ;
DROP TABLE logs;

-- A table exchanged for a new one with all rows
CREATE TABLE orders_new LIKE orders;
ALTER TABLE orders_new MODIFY note VARCHAR(10);
INSERT INTO orders_new SELECT * FROM orders;
RENAME TABLE orders TO orders_old, orders_new TO orders;
DROP TABLE orders_old;

-- A type that the text knows
CREATE TABLE t (a BIGINT, b VARCHAR(20), c ENUM('x', 'y'));
ALTER TABLE IF EXISTS other MODIFY a INT;

-- A dump of one table
DROP TABLE IF EXISTS `users`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
CREATE TABLE `users` (`id` int(11) NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;
LOCK TABLES `users` WRITE;
/*!40000 ALTER TABLE `users` DISABLE KEYS */;
INSERT INTO `users` VALUES (1),(2);
/*!40000 ALTER TABLE `users` ENABLE KEYS */;
UNLOCK TABLES;
UPDATE users u JOIN orders AS o ON o.user_id = u.id SET o.state = u.state;
UPDATE orders, shop.users SET orders.state = 'x', users.seen = NULL WHERE users.id = orders.user_id;
SET STATEMENT max_statement_time = 10 FOR DELETE FROM carts WHERE age > 7;
SET STATEMENT lock_wait_timeout = 5 FOR ALTER TABLE carts ADD COLUMN note text;
