-- A guard that puts a statement into a variable
SET @there = (SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'orders' AND column_name = 'memo');
SET @do = IF(@there > 0, 'ALTER TABLE `orders` DROP COLUMN `memo`', 'SELECT 1');
PREPARE run FROM @do;
EXECUTE run;
DEALLOCATE PREPARE run;

-- The same in one query, in double quotes, with a text inside
SET @do = (SELECT IF((SELECT COUNT(*) FROM information_schema.columns WHERE table_name = 'orders') = 0, "SELECT 'nothing to do'", "ALTER TABLE orders ADD COLUMN state varchar(8) DEFAULT 'new'"));
PREPARE run FROM @do;
EXECUTE run;

-- Doubled quotes
SET @do := CASE WHEN @there THEN 'UPDATE orders SET state = ''open''' ELSE 'TRUNCATE TABLE orders_old' END;
PREPARE run FROM @do; EXECUTE run;

-- A name that is only known when it runs
SET @do = CONCAT('DROP TABLE IF EXISTS `log_', @year, '`');
PREPARE run FROM @do;
EXECUTE run;

-- Which rows is only known when it runs
SET @do = CONCAT('DELETE FROM orders ', @which);
PREPARE run FROM @do;
EXECUTE run;

-- All of it is only known when it runs
SELECT statement INTO @do FROM settings LIMIT 1;
PREPARE run FROM @do;
EXECUTE run;

-- A statement without a variable
PREPARE run FROM 'DELETE FROM sessions';
EXECUTE run;
EXECUTE IMMEDIATE 'DROP VIEW open_orders';
EXECUTE other;

-- A query puts it there
SELECT CONCAT('ALTER TABLE orders DROP FOREIGN KEY ', constraint_name) INTO @do FROM information_schema.key_column_usage WHERE table_name = 'orders';
PREPARE run FROM @do;
EXECUTE run;

-- A routine that the text makes, calls and drops
DELIMITER //
CREATE PROCEDURE tidy()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  IF EXISTS (SELECT 1 FROM information_schema.columns WHERE column_name = 'memo') THEN
    ALTER TABLE orders DROP COLUMN memo;
  ELSEIF (SELECT COUNT(*) FROM orders) = 0 THEN
    DROP TABLE orders;
  END IF;
  WHILE @n > 0 DO
    DELETE FROM sessions;
    SET @n = @n - 1;
  END WHILE;
  CREATE TABLE done (id INT);
END//
DELIMITER ;
CALL tidy();
DROP PROCEDURE tidy;
CALL of_somebody_else();

-- A routine with an argument
DELIMITER $$
CREATE PROCEDURE drop_column(IN tbl VARCHAR(64), IN col VARCHAR(64))
BEGIN
  SET @s = CONCAT('ALTER TABLE ', tbl, ' DROP COLUMN ', col);
  PREPARE p FROM @s;
  EXECUTE p;
END$$
DELIMITER ;
CALL drop_column('orders', 'memo');

-- Several statements that the client sends at once
DELIMITER $$
DROP PROCEDURE IF EXISTS fill; DROP TABLE cache;
CREATE PROCEDURE fill() BEGIN DELETE FROM cache; INSERT INTO cache SELECT * FROM orders; END$$
DELIMITER ;

-- A block of MariaDB's
DELIMITER //
BEGIN NOT ATOMIC
  DECLARE n INT DEFAULT 0;
  SELECT COUNT(*) INTO n FROM orders;
  IF n = 0 THEN DROP TABLE orders; END IF;
  INSERT INTO audit SELECT n;
END//
DELIMITER ;

-- Names in double quotes, as with ANSI_QUOTES
ALTER TABLE "Orders" DROP COLUMN "memo";
DROP TABLE IF EXISTS "cache", "log";
DELETE FROM "sessions";
DROP USER 'app'@'localhost';

-- Names that a tool fills in
DROP TABLE ${prefix}cache;
ALTER TABLE ${schema}.orders DROP COLUMN memo;
TRUNCATE TABLE {{ schema }}.log;

-- A routine of one statement, called
CREATE PROCEDURE sweep(IN days INT) MODIFIES SQL DATA COMMENT 'old ones' DELETE FROM carts WHERE age > days;
CALL sweep(7);
CREATE FUNCTION twice(n INT UNSIGNED) RETURNS VARCHAR(9) CHARSET utf8mb4 DETERMINISTIC RETURN n * 2;
