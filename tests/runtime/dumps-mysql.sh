# Dumps of MariaDB: taken, verified, and brought back after everything was changed.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"
command . "$RBK_TESTS/mariadb.sh"

db=dumps
mkdir -p "$RBK_STATE/tmp"
my '' 'CREATE OR REPLACE USER owner@localhost; CREATE OR REPLACE USER plain@localhost'
my_database $db
my '' "GRANT ALL ON $db.* TO plain@localhost"
my '' "GRANT ALL ON $db.* TO owner@localhost"
my_defaults rbk $db
my_defaults plain $db
export RBK_MYSQL_DEFAULTS="$WORK/rbk.cnf" RBK_MYSQL_DATABASE=$db RBK_BACKUP_FILE="$WORK/dump.sql" RBK_BACKUP_TABLES=''
mariadb --defaults-file="$WORK/rbk.cnf" --comments "$db" <"$RBK_TESTS/rich-mysql.sql" || bad 'the schema'

ruin() {
    my "$db" "DROP VIEW names_twice; DROP TRIGGER customers_log; DELETE FROM customers WHERE id = 2; ALTER TABLE customers DROP COLUMN more, ADD COLUMN extra INT FIRST;
        DROP TABLE parts; INSERT INTO zero VALUES (); TRUNCATE log; DROP FUNCTION tax; CREATE TABLE later (a INT UNSIGNED REFERENCES customers (id));
        CREATE VIEW later_view AS SELECT 1 AS a; CREATE PROCEDURE later_procedure() SELECT 1; CREATE EVENT later_event ON SCHEDULE EVERY 1 DAY DO SELECT 1;
        ALTER DATABASE CHARACTER SET latin1; DO NEXTVAL(tickets); DROP EVENT clean; CREATE SEQUENCE later_sequence"
}

my "$db" 'CREATE TABLE rbk_journal (unit INT); INSERT INTO rbk_journal VALUES (1); CREATE TABLE rbk_copy_1 (a INT)'
my_picture $db >"$WORK/before"
expect 0 'take' method mysqldump.take
expect 0 'verify' method mysqldump.verify
never 'no table of rbk is in it' grep -q 'rbk_journal\|rbk_copy' "$RBK_BACKUP_FILE"
ruin
expect 0 'restore' method mysqldump.restore
unchanged 'everything is as it was: definitions, rows, next numbers, owners, what was created since is gone'
same "$(my "$db" 'SELECT COUNT(*) FROM rbk_journal')" 1 'the record of units stays'
expect 0 'restore again' method mysqldump.restore
unchanged 'is exact'
same "$(my "$db" "CALL greet('you', @said); SELECT @said")" 'Hello you' 'a procedure works under the mode it was made with'

# What is known before anything is changed.
head -n 40 "$RBK_BACKUP_FILE" >"$WORK/cut.sql"
expect fail 'verify refuses half a dump' with RBK_BACKUP_FILE="$WORK/cut.sql" method mysqldump.verify
expect fail 'and restore too' with RBK_BACKUP_FILE="$WORK/cut.sql" method mysqldump.restore
says 'nothing was changed' 'says so'
{ head -n 40 "$RBK_BACKUP_FILE"; tail -n 1 "$RBK_BACKUP_FILE"; } >"$WORK/hole.sql"
expect fail 'verify counts the tables' with RBK_BACKUP_FILE="$WORK/hole.sql" method mysqldump.verify
printf 'SELECT 1;\n' >"$WORK/other.sql"
expect fail 'any SQL is no dump' with RBK_BACKUP_FILE="$WORK/other.sql" method mysqldump.restore
expect fail 'nor is nothing' with RBK_BACKUP_FILE="$WORK/none.sql" method mysqldump.verify
expect fail 'somebody who may not give things to others' with RBK_MYSQL_DEFAULTS="$WORK/plain.cnf" method mysqldump.restore
says 'may not create what belongs to .owner.@.localhost.: nothing was changed' 'is told before'
unchanged 'and nothing was'
hold 'BEGIN; SELECT COUNT(*) FROM zero; SELECT "held";' my_session $db
expect fail 'somebody uses a table' with RBK_LOCK_TIMEOUT=1s method mysqldump.restore
says 'nothing was changed' 'is told before'
release
unchanged 'and nothing was'

# An error in the middle leaves it between two states, and another run ends that.
sed 's/^CREATE TABLE .parts./CREATE TABLE broken parts/' "$RBK_BACKUP_FILE" >"$WORK/broken.sql"
expect fail 'an error in the middle' with RBK_BACKUP_FILE="$WORK/broken.sql" method mysqldump.restore
says 'lies between two states: run it again' 'is called what it is'
expect 0 'run again' method mysqldump.restore
unchanged 'it is whole'

# A restore that is killed goes on with its statement on the server.
{
    sed '$d' "$RBK_BACKUP_FILE"
    printf 'DO SLEEP(300);\n'
    tail -n 1 "$RBK_BACKUP_FILE"
} >"$WORK/slow.sql"
(exec 9>&-; with RBK_BACKUP_FILE="$WORK/slow.sql" method mysqldump.restore >"$WORK/killed" 2>&1) &
sleeps() {
    [ "$(my "$db" "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(300)%'")" = 1 ]
}
wait_until 'the restore is at work' sleeps
for process in /proc/[0-9]*; do
    case $({ tr '\000' ' ' <"$process/cmdline"; } 2>/dev/null) in
        mariadb*"defaults-file=$WORK/rbk.cnf"*) kill -s KILL "${process#/proc/}" ;;
    esac
done
that 'its session stays' sleeps
expect 0 'the next one' method mysqldump.restore
says 'it is ended' 'ends it'
never 'it is gone' sleeps
unchanged 'and does its work'

# Some tables.
export RBK_BACKUP_TABLES="customers
\`Odd \`\`Name\`
dumps.log" RBK_BACKUP_FILE="$WORK/tables.sql"
expect 0 'take of tables' method mysqldump.take
expect 0 'verify' method mysqldump.verify
my "$db" "ALTER TABLE customers DROP COLUMN email; DELETE FROM \`Odd \`\`Name\`; INSERT INTO log (what) VALUES ('later'); DROP TRIGGER customers_log"
expect 0 'restore of tables' method mysqldump.restore
unchanged 'they are as they were'
export RBK_BACKUP_TABLES=customers RBK_BACKUP_FILE="$WORK/one.sql"
expect 0 'take of one' method mysqldump.take
expect fail 'another refers to it' method mysqldump.restore
says 'refers to .customers. and is not among the tables of the backup: nothing was changed' 'which is refused'
unchanged 'before anything is changed'
expect fail 'a table that is not there' with RBK_BACKUP_TABLES=nope method mysqldump.take
says 'there is no table nope' 'is named'

# Without transactions, writers wait instead.
my "$db" 'CREATE TABLE isam (a INT) ENGINE = MyISAM; INSERT INTO isam VALUES (1)'
expect 0 'a table that knows no transactions' with RBK_BACKUP_TABLES=isam method mysqldump.take
says 'writers wait' 'is locked, and that is said'
done_testing
