-- A table made anew, as tools do it where a column can't be altered
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL);
INSERT INTO "new_User" ("email", "id") SELECT "email", "id" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
PRAGMA foreign_keys=ON;

-- The same with a value where there was none
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL DEFAULT '');
INSERT INTO "new_User" ("id", "name") SELECT "id", coalesce("name", '') AS "name" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";

-- The old table is named away first
ALTER TABLE users RENAME TO users_old;
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
INSERT INTO users SELECT id, email FROM users_old ORDER BY id;
DROP TABLE users_old;

-- By way of a temporary table
CREATE TEMPORARY TABLE users_backup (id, email);
INSERT INTO users_backup SELECT id, email FROM users;
DROP TABLE users;
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
INSERT INTO users SELECT id, email FROM users_backup;
DROP TABLE users_backup;

-- By way of a batch
CREATE TABLE _alembic_tmp_users (id INTEGER NOT NULL, email VARCHAR(40), PRIMARY KEY (id));
INSERT INTO _alembic_tmp_users (id, email) SELECT users.id, users.email FROM users;
DROP TABLE users;
ALTER TABLE _alembic_tmp_users RENAME TO users;
UPDATE alembic_version SET version_num='ae10' WHERE alembic_version.version_num = '1975';

-- Nothing is copied
CREATE TABLE "new_User" (id INTEGER);
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";

-- Rows that break a rule are left out
CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT UNIQUE);
INSERT OR IGNORE INTO new_users SELECT * FROM users;
DROP TABLE users;

-- The new table is dropped after it has taken the rows over
CREATE TABLE b AS SELECT * FROM a;
DROP TABLE a;
DROP TABLE b;

-- A number instead of rows
CREATE TABLE counts AS SELECT count(*) FROM users;
DROP TABLE users;

-- Where foreign keys are enforced, dropping a table empties those that refer to it.
CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES owners (id) ON DELETE CASCADE);
CREATE TABLE new_owners (id INTEGER PRIMARY KEY);
INSERT INTO new_owners SELECT id FROM owners;
DROP TABLE owners;
ALTER TABLE new_owners RENAME TO owners;

-- Where they are not, it is left alone.
PRAGMA foreign_keys = OFF;
CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES owners (id) ON DELETE CASCADE);
CREATE TABLE new_owners (id INTEGER PRIMARY KEY);
INSERT INTO new_owners SELECT id FROM owners;
DROP TABLE owners;
ALTER TABLE new_owners RENAME TO owners;
