# Copies of tables on MariaDB: rows and next numbers are exact; cascades, half-way states and other columns are not let happen.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"
command . "$RBK_TESTS/mariadb.sh"

db=copies
my '' 'CREATE OR REPLACE USER owner@localhost'
my_database $db
my '' "GRANT ALL ON $db.* TO owner@localhost"
my_defaults rbk $db
export RBK_MYSQL_DEFAULTS="$WORK/rbk.cnf" RBK_MYSQL_DATABASE=$db RBK_BACKUP_FILE="$WORK/receipt" RBK_BACKUP_TABLES="customers
\`Odd \`\`Name\`
copies.zero
parts"
mariadb --defaults-file="$WORK/rbk.cnf" --comments "$db" <"$RBK_TESTS/rich-mysql.sql" || bad 'the schema'

my "$db" "CREATE TABLE floats (f FLOAT, d DOUBLE); INSERT INTO floats VALUES (0.1234567, 0.1), (3e38, -1e-300)"
my_picture $db >"$WORK/before"
expect 0 'take' method table-copy-mysql.take
expect 0 'verify' method table-copy-mysql.verify
my "$db" "DELETE FROM customers WHERE id = 1; INSERT INTO customers (name) VALUES ('new'); UPDATE customers SET photo = 'x' WHERE id = 2;
    INSERT INTO zero VALUES (); UPDATE parts SET v = 0; DELETE FROM \`Odd \`\`Name\`; TRUNCATE log"
expect 0 'restore' method table-copy-mysql.restore
unchanged 'rows, computed columns, next numbers: exactly as at the take'
expect 0 'restore again' method table-copy-mysql.restore
unchanged 'is exact'

# Others refer to a row that would go, or a row would refer to one that has gone.
my "$db" 'CREATE TABLE orders (customer INT UNSIGNED, CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE);
    INSERT INTO customers (id, name) VALUES (90, "late"); INSERT INTO orders VALUES (90), (1)'
my_picture $db >"$WORK/before"
expect fail 'others refer to a row that would go' method table-copy-mysql.restore
says 'a foreign key would be violated: of_customer' 'says which'
says 'as they were' 'and that nothing was changed'
unchanged 'nothing is: no cascade, no next number'
my "$db" 'DELETE FROM orders WHERE customer = 90'
expect 0 'otherwise' method table-copy-mysql.restore
same "$(my "$db" 'SELECT COUNT(*) FROM orders')" 1 'no cascade takes others along'
my "$db" 'DROP TABLE orders; ALTER TABLE customers AUTO_INCREMENT = 41'
my_picture $db >"$WORK/before"

hold 'BEGIN; SELECT id FROM zero FOR UPDATE; SELECT "held";' my_session $db
expect fail 'rows that somebody holds' with RBK_LOCK_TIMEOUT=1s method table-copy-mysql.restore
says 'Lock wait timeout' 'are not waited for'
release
unchanged 'nothing is changed'

# One table is copied while others write; a float keeps what a dump rounds.
hold "BEGIN; UPDATE floats SET d = 2 WHERE f = 3e38; SELECT 'held';" my_session $db
expect 0 'somebody writes' with RBK_BACKUP_TABLES=floats RBK_BACKUP_FILE="$WORK/floats" RBK_LOCK_TIMEOUT=1s method table-copy-mysql.take
release
before=$(my "$db" 'SELECT HEX(f), f + 0e0, d FROM floats ORDER BY f')
my "$db" 'DELETE FROM floats'
expect 0 'restore of floats' with RBK_BACKUP_FILE="$WORK/floats" method table-copy-mysql.restore
same "$(my "$db" 'SELECT HEX(f), f + 0e0, d FROM floats ORDER BY f')" "$before" 'to the last bit'

my "$db" 'ALTER TABLE zero ADD COLUMN z INT; ALTER TABLE parts MODIFY v VARCHAR(400)'
expect fail 'columns have changed' method table-copy-mysql.restore
says 'zero is not the table that was copied (new z int(11))' 'names them'
my "$db" 'ALTER TABLE zero DROP COLUMN z'
expect fail 'a type has changed' method table-copy-mysql.restore
says 'missing v double; new v varchar(400) utf8mb4_unicode_ci' 'names both'
my "$db" 'DROP TABLE parts'
expect fail 'a table is gone' method table-copy-mysql.restore
says 'parts is gone' 'names it'
my "$db" 'CREATE TRIGGER zero_log AFTER DELETE ON zero FOR EACH ROW INSERT INTO log (what) VALUES ("gone")'
expect fail 'a trigger would act on the rows' method table-copy-mysql.restore
says 'zero_log' 'which is named'
expect fail 'and is at the take' with RBK_BACKUP_TABLES=zero RBK_BACKUP_FILE="$WORK/r2" method table-copy-mysql.take

my "$db" "DELETE FROM rbk_copy_$(sed -n 's/^copy //p' "$WORK/receipt")_1 LIMIT 1"
expect fail 'verify sees that rows of the copy are missing' method table-copy-mysql.verify
my "$db" "UPDATE rbk_copy_$(sed -n 's/^copy //p' "$WORK/floats")_1 SET d = 3 WHERE d = 0.1"
expect fail 'and that one was changed' with RBK_BACKUP_FILE="$WORK/floats" method table-copy-mysql.verify
head -n 3 "$WORK/receipt" >"$WORK/cut"
expect fail 'verify refuses half a receipt' with RBK_BACKUP_FILE="$WORK/cut" method table-copy-mysql.verify
expect fail 'and none' with RBK_BACKUP_FILE="$WORK/none" method table-copy-mysql.verify
expect fail 'take of a table that is not there' with RBK_BACKUP_TABLES=nope RBK_BACKUP_FILE="$WORK/r2" method table-copy-mysql.take
my "$db" 'CREATE TABLE isam (a INT) ENGINE = MyISAM; CREATE TABLE versions (a INT) WITH SYSTEM VERSIONING'
expect fail 'of one that knows no transactions' with RBK_BACKUP_TABLES=isam RBK_BACKUP_FILE="$WORK/r2" method table-copy-mysql.take
expect fail 'of one that keeps its history' with RBK_BACKUP_TABLES=versions RBK_BACKUP_FILE="$WORK/r2" method table-copy-mysql.take
expect fail 'of a view' with RBK_BACKUP_TABLES=names RBK_BACKUP_FILE="$WORK/r2" method table-copy-mysql.take
done_testing
