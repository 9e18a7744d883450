CREATE TABLE users (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL, email VARCHAR(60), age INT, KEY by_age (age));
CREATE TABLE `Odd Name` (`a b` INT, v INT);
CREATE VIEW adults AS SELECT id, name FROM users WHERE age >= 18;
INSERT INTO users (name, email, age) VALUES ('Ada', 'ada@example.org', 36), ('Grace', 'grace@example.org', 45);
INSERT INTO `Odd Name` VALUES (1, 2);
