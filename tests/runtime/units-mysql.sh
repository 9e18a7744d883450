# Units of SQL on MariaDB: what commits by itself is recorded around, all else together with its work. The same engine serves MySQL.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"
command . "$RBK_TESTS/mariadb.sh"

db=units
my_database $db
secret="p\"a#\\s's %41;é"
my '' "CREATE OR REPLACE USER op@localhost IDENTIFIED BY '$(printf '%s' "$secret" | sed "s/[\\\\']/\\\\&/g")';
    GRANT ALL ON $db.* TO op@localhost"
encoded=$(printf '%s' "$secret" | od -An -v -tx1 | tr -d '\n' | tr ' ' %)
where="localhost/$db?unix_socket=$RBK_MARIADB"
target shop kind=mariadb url_env=DB_URL
target other kind=mysql url_env=DB_URL
export DB_URL="mariadb+pymysql://op:$encoded@$where&charset=latin1"
awkward="a'b\"\\\$(touch pwned) \`touch pwned\` :x \\! ; -- é
two"
export plan_params='who waitlist-mode empty' RBK_PARAM_WHO="$awkward" RBK_PARAM_WAITLIST_MODE=on RBK_PARAM_EMPTY=''

q() {
    my "$db" "$1"
}

# --- addresses ---------------------------------------------------------------------------------------------------------

expect 0 'a URL of SQLAlchemy, with a password that needs quotes' engine target_probe shop
says "answer: MariaDB .*, database $db as op@localhost" 'who answers, and as whom'
expect 0 'a plan for MySQL says who really answers' engine target_probe other
says 'answer: MariaDB' 'MariaDB'
expect 2 'no database in the URL' with DB_URL="mariadb://op@localhost?unix_socket=$RBK_MARIADB" engine target_probe shop
says 'names no database' 'says so'
expect 2 'a wrong scheme' with DB_URL="postgresql://op@$where" engine target_probe shop
expect 2 'an unknown parameter' with DB_URL="mysql://op@$where&magic=1" engine target_probe shop
says 'magic' 'says which'
expect 2 'a wrong password' with DB_URL="mysql://op:wrong@$where" engine target_probe shop
says 'Access denied' 'says so'
expect 2 'a port is asked through TCP, not through a socket' with DB_URL="mysql://rbk@localhost:1/$db" engine target_probe shop
printf '[client]\nuser=nobody\nsql_mode=nonsense\n' >"$WORK/.my.cnf"
expect 0 'the files and variables of the operator are not read' with HOME="$WORK" MYSQL_PWD=wrong MYSQL_HOST=nowhere engine target_probe shop
same "$(mode_of "$RBK_STATE/tmp"/mysql.*.cnf | sort -u)" '-rw-------' 'the file of options is for its owner alone'

my '' "CREATE DATABASE \`two
lines\`"
unit look 'SELECT 1;'
lines="mysql://rbk@localhost/two%0Alines?unix_socket=$RBK_MARIADB"
expect 0 'a database whose name has a line break' with DB_URL="$lines" engine target_probe shop
says 'database two lines as rbk@' 'is named on one line'
expect 0 'and is worked in' with DB_URL="$lines" do_unit shop tx look k0
my '' "DROP DATABASE \`two
lines\`"

# --- transactions ------------------------------------------------------------------------------------------------------

q 'CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(3)); CREATE TABLE m (a INT) ENGINE = MyISAM; CREATE TABLE p (v TEXT, w TEXT, e TEXT)'
unit one "INSERT INTO t VALUES (1, 'x');"
expect 0 'a unit' do_unit shop tx one k1
expect 0 'is recorded' engine sql_unit_recorded shop k1
expect 0 'a second time does nothing' do_unit shop tx one k1
same "$(q 'SELECT COUNT(*) FROM t')" 1 'it was carried out once'
expect 3 'another was certainly not done' engine sql_unit_recorded shop k1b
unit wrong "INSERT INTO t VALUES (2, 'x');
INSERT INTO nope VALUES (1);
INSERT INTO t VALUES (3, 'x');"
expect 1 'an error fails the unit' do_unit shop tx wrong k2
says "at line 2: Table 'units.nope' doesn't exist (nothing of it stays)" 'says which, and where in the file'
same "$(q 'SELECT COUNT(*) FROM t')" 1 'nothing of it stays'
expect 3 'nor its record' engine sql_unit_recorded shop k2
unit long "INSERT INTO t VALUES (4, 'too long');"
expect 1 'a value that does not fit' do_unit shop tx long k3
says 'Data too long' 'is an error, whatever mode the server has'
q "SET GLOBAL sql_mode = ''"
expect 1 'whatever mode the server has' do_unit shop tx long k3
q 'SET GLOBAL sql_mode = DEFAULT'
unit implicit "INSERT INTO t VALUES (5, 'x'); CREATE TABLE made (a INT); INSERT INTO t VALUES (6, 'x');"
expect 1 'a statement that commits by itself is found out' do_unit shop tx implicit k4
says 'ended its transaction by itself' 'says so'
says 'left: something' 'and that something stays'
same "$(q "SELECT COUNT(*) FROM t WHERE a = 5")" 1 'it does'
q "DROP TABLE made; DELETE FROM t WHERE a > 1;
DELIMITER //
CREATE PROCEDURE sly() BEGIN INSERT INTO t VALUES (7, 'x'); COMMIT; END//"
unit sly "CALL sly(); INSERT INTO nope VALUES (1);"
expect 1 'a COMMIT in a procedure too' do_unit shop tx sly k5
says 'ended its transaction by itself' 'says so'
q 'DELETE FROM t WHERE a > 1'
unit open "INSERT INTO t VALUES (8, 'x'); SELECT 'never closed"
expect 1 'an open quote' do_unit shop tx open k6
unit comment "INSERT INTO t VALUES (8, 'x'); /* never closed"
expect 1 'an open comment' do_unit shop tx comment k6
unit shell 'INSERT INTO t VALUES (8, "x");
\! touch pwned
system touch pwned;'
expect 1 'commands of the client are none' do_unit shop tx shell k6
same "$(q 'SELECT COUNT(*) FROM t')" 1 'of none of these anything stays'
unit quit "INSERT INTO t VALUES (9, 'x');
quit"
expect 1 'quit does not end it half-way' do_unit shop tx quit k6
unit marks "SAVEPOINT s; INSERT INTO t VALUES (9, 'x'); ROLLBACK TO s; INSERT INTO t VALUES (10, 'x');"
expect 0 'savepoints' do_unit shop tx marks k7
same "$(q 'SELECT GROUP_CONCAT(a) FROM t')" 1,10 'are heeded'
unit isam 'INSERT INTO m VALUES (1);'
expect 1 'a table that knows no transactions' do_unit shop tx isam k8
says 'MyISAM' 'is refused, for nothing of it could be taken back'
same "$(q 'SELECT COUNT(*) FROM m')" 0 'before anything is done'

unit param 'INSERT INTO p VALUES (@rbk_param_who, @rbk_param_waitlist_mode, @rbk_param_empty);'
for mode in "''" "'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'"; do
    q "SET GLOBAL sql_mode = $mode"
    expect 0 "parameters reach SQL under $mode" do_unit shop tx param "k9$mode"
done
q 'SET GLOBAL sql_mode = DEFAULT'
same "$(q "SELECT DISTINCT CONCAT_WS('|', v, w, e) FROM p")" "$awkward|on|" 'as they are'
unit compares "UPDATE p SET v = 'found' WHERE w = @rbk_param_waitlist_mode;"
expect 0 'a parameter compares with columns of the database' do_unit shop tx compares k10
same "$(find "$WORK" . -name pwned)" '' 'no value was carried out'

# --- what commits by itself --------------------------------------------------------------------------------------------

unit add 'ALTER TABLE t ADD COLUMN c INT;'
expect 0 'a definition' do_unit shop ddl add d1
expect 0 'is recorded' engine sql_unit_recorded shop d1
expect 1 'one that fails' do_unit shop ddl add d2
says 'nothing of it stays' 'is all or nothing'
expect 3 'and its names are as they were' engine sql_unit_recorded shop d2
unit body 'DELIMITER //
CREATE TRIGGER stamp BEFORE UPDATE ON t FOR EACH ROW
BEGIN
  -- kept; as written
  SET NEW.c = 1;
END//
DELIMITER ;'
expect 0 'a body of several statements' do_unit shop ddl body d3
same "$(q "SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE ACTION_STATEMENT LIKE '%-- kept; as written%'")" 1 'comments in it are kept'
unit two 'DROP TABLE p, nope;'
expect 1 'half of a DROP' do_unit shop auto two d4
says 'left: something' 'may stay'

# The client is killed where the statement was done and its record was not: the names tell.
begun() {
    q "INSERT INTO rbk_journal (unit, mode, state, begun_at, done_by, trace, statement)
        SELECT '$1', mode, 'begun', begun_at, done_by, trace, statement FROM rbk_journal WHERE unit = '$2'"
}
begun d5 d1
expect 0 'a statement was done that has no record of its end' engine sql_unit_recorded shop d5
says 'no longer as it was' 'its table says so'
q 'DROP TRIGGER stamp; ALTER TABLE t DROP COLUMN c'
begun d6 d1
expect 3 'another was not' engine sql_unit_recorded shop d6
says 'is as it was before' 'its table says so'
q "INSERT INTO t VALUES (50, 'x'), (51, 'y')"
expect 3 'rows have no say in it' engine sql_unit_recorded shop d6
q "UPDATE rbk_journal SET mode = 'auto' WHERE unit = 'd6'"
expect 1 'of other statements nothing can tell' engine sql_unit_recorded shop d6

# --- others ------------------------------------------------------------------------------------------------------------

hold 'BEGIN; SELECT * FROM t FOR UPDATE;
SELECT "held";' my_session $db
unit busy "UPDATE t SET b = 'z';"
expect 1 'a row that somebody holds' with RBK_LOCK_TIMEOUT=500ms do_unit shop tx busy b1
says 'Lock wait timeout' 'is not waited for'
expect 1 'a table that somebody uses' with RBK_LOCK_TIMEOUT=1s do_unit shop ddl add b2
says 'Lock wait timeout' 'is not waited for either'

# A client that is killed leaves its session at work on the server.
unit slow "UPDATE t SET b = 'q' WHERE a = 1;"
(exec 9>&-; RBK_LOCK_TIMEOUT=60s do_unit shop tx slow b3 >"$WORK/slow" 2>&1) &
waits() {
    [ "$(q "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'UPDATE t SET%'")" = 1 ]
}
wait_until 'the unit waits for the row' waits

command_lines >"$WORK/lines"
never 'nor a URL' grep -q -e "$encoded" -e 'p"a#' "$WORK/lines"
client=$(awk '/defaults-file=/ { print }' "$WORK/lines" | grep -c mariadb)
that 'the client runs' [ "$client" -ge 1 ]
for process in /proc/[0-9]*; do
    case $({ tr '\000' ' ' <"$process/cmdline"; } 2>/dev/null) in
        *"defaults-file=$RBK_STATE"*) kill -s KILL "${process#/proc/}" ;;
    esac
done
wait_until 'the client has ended' test -s "$WORK/slow"
never 'no line of the library is shown' grep -q 'line [0-9]*: *[0-9]* Killed' "$WORK/slow"
that 'its session stays' waits
expect 3 'whoever comes after ends it' engine sql_unit_recorded shop b3
says 'it is ended' 'and says so'
never 'it is gone' waits
release
expect 0 'then the unit is carried out' do_unit shop tx slow b3
same "$(q 'SELECT b FROM t WHERE a = 1')" q 'once'

# --- questions ---------------------------------------------------------------------------------------------------------

q "CREATE TABLE odd (id INT, v TEXT); INSERT INTO odd VALUES (1, NULL), (2, 'NULL'), (3, ''), (4, 'a	b\\\\c<d>&\"e\"
f'), (5, 'é😀')"
code rows 'SELECT v FROM odd ORDER BY id'
check rows kind=query target=shop file=rows
expect 0 'rows' engine check_capture rows "$WORK/rows"
same "$(cat "$WORK/rows")" "\\N
NULL

a\\tb\\\\c<d>&\"e\"\\nf
é😀" 'are told apart: NULL, the text, nothing, tabs and line breaks'
code count 'SELECT COUNT(*) FROM odd'
answers 0 'one value' kind=query target=shop file=count expect=value:5
answers 1 'another' kind=query target=shop file=count expect=value:6
code writes 'DELETE FROM odd'
answers 2 'a question that writes' kind=query target=shop file=writes expect=empty
says 'READ ONLY' 'is refused'
code defines 'DROP TABLE odd'
answers 2 'or drops' kind=query target=shop file=defines expect=empty
code sneaks 'COMMIT; DELETE FROM odd'
answers 2 'behind a COMMIT too' kind=query target=shop file=sneaks expect=empty
same "$(q 'SELECT COUNT(*) FROM odd')" 5 'all rows are there'
code slow 'SELECT SLEEP(30) FROM odd'
answers 2 'one that takes too long' kind=query target=shop file=slow expect=empty timeout=1
says 'max_statement_time' 'is stopped by the server'
code half "SELECT 'x"
answers 2 'half a question' kind=query target=shop file=half expect=value:x
code asks "SELECT v FROM odd WHERE v = @rbk_param_empty"
answers 0 'a parameter in a question' kind=query target=shop file=asks expect=rows:1
rm -f "$RBK_STATE/tmp"/mysql.*.cnf
same "$(names_in "$RBK_STATE/tmp")" '' 'no scratch files stay'
done_testing
