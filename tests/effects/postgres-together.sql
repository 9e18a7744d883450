-- What a tool generates to take a value out of an enum
BEGIN;
CREATE TYPE "Role_new" AS ENUM ('ADMIN', 'USER');
ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;
ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");
ALTER TYPE "Role" RENAME TO "Role_old";
ALTER TYPE "Role_new" RENAME TO "Role";
DROP TYPE "Role_old";
ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'USER';
COMMIT;

-- A column that gets another name by a copy
ALTER TABLE users ADD COLUMN mail text;
UPDATE users SET mail = email;
ALTER TABLE users ALTER COLUMN mail SET NOT NULL;
ALTER TABLE users DROP COLUMN email;

-- A column dropped and made anew
ALTER TABLE "Post" DROP COLUMN "views", ADD COLUMN "views" INTEGER NOT NULL;

-- A scratch table of the same text
CREATE TEMP TABLE IF NOT EXISTS scratch AS SELECT id FROM users;
DELETE FROM scratch;
DROP TABLE scratch;

-- A table that may have been there before
CREATE TABLE IF NOT EXISTS jobs (id int);
DROP TABLE jobs;

-- A new table that gets its final name
CREATE TABLE orders_new (id bigint, total bigint);
INSERT INTO orders_new SELECT id, total FROM orders;
ALTER TABLE orders RENAME TO orders_old;
ALTER TABLE orders_new RENAME TO orders;
DROP TABLE orders_old;
TRUNCATE orders;

-- Half of the rows are copied
CREATE TABLE orders_new AS SELECT * FROM orders WHERE total > 0;
DROP TABLE orders;

-- A computed column that the text itself knows
CREATE TABLE sums (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
ALTER TABLE sums DROP COLUMN b;

-- What offline mode of a migration tool prints
BEGIN;
CREATE TABLE account (id SERIAL NOT NULL, name VARCHAR(50) NOT NULL, PRIMARY KEY (id));
INSERT INTO alembic_version (version_num) VALUES ('1975ea83b712');
ALTER TABLE account ADD COLUMN last_seen TIMESTAMP WITHOUT TIME ZONE;
UPDATE alembic_version SET version_num='ae1027a6acf' WHERE alembic_version.version_num = '1975ea83b712';
COMMIT;

-- A field with a default of the application
ALTER TABLE "shop_order" ADD COLUMN "state" varchar(10) DEFAULT 'new' NOT NULL;
ALTER TABLE "shop_order" ALTER COLUMN "state" DROP DEFAULT;
ALTER TABLE "shop_order" DROP COLUMN "fax" CASCADE;
CREATE INDEX "shop_order_state_1a2b" ON "shop_order" ("state");

-- Drop if there, and make
DROP TABLE IF EXISTS reports;
CREATE TABLE reports (id int);
