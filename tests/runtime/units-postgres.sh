# Units of SQL on PostgreSQL: carried out once, recorded together with their work, and never taken in by the client.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"

db=units
new_database $db
target pg kind=postgres url_env=DB_URL
export DB_URL="postgresql://rbk@/$db?host=$RBK_PG"

q() {
    psql -X -q -A -t -d "$db" -c "$1" </dev/null
}

expect 0 'probe' engine target_probe pg
says "database $db" 'names the database'
expect 1 'nothing is recorded before the table is there' engine sql_unit_recorded pg k1
unit one 'CREATE TABLE t (a int); INSERT INTO t VALUES (1)'
expect 0 'a unit without its last semicolon' do_unit pg tx one k1
expect 0 'is recorded' engine sql_unit_recorded pg k1
expect 0 'a second time does nothing' do_unit pg tx one k1
says recorded 'and says so'
same "$(q 'SELECT count(*) FROM public.t')" 1 'it was carried out once, and not in the schema of a role named rbk'

# What the client would let pass.
unit wrong 'INSERT INTO t VALUES (2); INSERT INTO nope VALUES (1); INSERT INTO t VALUES (3);'
expect 1 'an error fails the unit' do_unit pg tx wrong k2
says 'relation "nope" does not exist (nothing' 'says which, and that nothing stays'
says 'left: nothing' 'also for machines'
same "$(q 'SELECT count(*) FROM t')" 1 'nothing of it stays'
expect 1 'and nothing is recorded' engine sql_unit_recorded pg k2
unit off '\set ON_ERROR_STOP off
INSERT INTO t VALUES (4); INSERT INTO nope VALUES (1);'
expect 1 'ON_ERROR_STOP off in the unit does not help it' do_unit pg tx off k3
same "$(q 'SELECT count(*) FROM t')" 1 'nothing of it stays'
unit own 'INSERT INTO t VALUES (5); COMMIT; INSERT INTO t VALUES (6);'
expect 1 'a COMMIT of its own is found out' do_unit pg tx own k4
says 'ended its transaction' 'and said'
says 'left: something' 'and that something stays'
q 'DELETE FROM t WHERE a > 1'
unit begins 'BEGIN; INSERT INTO t VALUES (5); INSERT INTO nope VALUES (1); COMMIT;'
expect 1 'a BEGIN and a COMMIT around an error' do_unit pg tx begins k4b
same "$(q 'SELECT count(*) FROM t')" 1 'nothing of it stays'
unit quote "INSERT INTO t VALUES (7); SELECT 'open"
expect 1 'an open quote swallows nothing' do_unit pg tx quote k5
same "$(q 'SELECT count(*) FROM t')" 1 'nothing of it stays'
printf '\\set ON_ERROR_STOP off\n\\set AUTOCOMMIT off\n' >"$WORK/.psqlrc"
expect 1 'a startup file of the operator changes nothing' with HOME="$WORK" do_unit pg tx wrong k2
same "$(q 'SELECT count(*) FROM t')" 1 'nothing of it stays'
expect 1 'nor does one that PSQLRC names' with PSQLRC="$WORK/.psqlrc" do_unit pg tx wrong k2
same "$(q 'SELECT count(*) FROM t')" 1 'nothing of it stays'
unit role 'CREATE ROLE rbk_u; GRANT ALL ON t TO rbk_u; SET ROLE rbk_u; INSERT INTO t VALUES (8);'
expect 0 'a role set by the unit does not hinder the record' do_unit pg tx role k6
q 'DROP OWNED BY rbk_u'
q 'DROP ROLE rbk_u'
unit defer 'CREATE TABLE d2 (a int PRIMARY KEY); CREATE TABLE d (a int REFERENCES d2 DEFERRABLE INITIALLY DEFERRED);'
expect 0 'a deferred constraint' do_unit pg tx defer k7
unit defer2 'INSERT INTO d VALUES (1);'
expect 1 'fails before the record' do_unit pg tx defer2 k8
expect 1 'which is not there' engine sql_unit_recorded pg k8
unit iso 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; INSERT INTO t VALUES (9);'
expect 0 'the unit may choose its isolation' do_unit pg tx iso k9

# Values of parameters, and what the process list shows of them.
awkward="a'b\"\\\$(touch pwned) \`touch pwned\` :x \\! ; -- 
two"
export plan_params='who waitlist-mode' RBK_PARAM_WHO="$awkward" RBK_PARAM_WAITLIST_MODE=on
unit param "CREATE TABLE p AS SELECT :'rbk_param_who' AS v, :'rbk_param_waitlist_mode' AS w;"
expect 0 'parameters reach SQL' do_unit pg tx param k10
same "$(q "SELECT v || '|' || w FROM p")" "$awkward|on" 'as they are'
same "$(find "$WORK" . -name pwned)" '' 'no value was carried out'
hold 'BEGIN; LOCK t;' psql -X -q -A -t -d $db
unit slow "LOCK t; SELECT :'rbk_param_who'"
# A function that is called without 9 keeps a copy of it in some shells; a subshell does not.
(exec 9>&- && with RBK_LOCK_TIMEOUT=5min do_unit pg tx slow k11) >"$WORK/slow.out" 2>&1 </dev/null &
slow=$!
waiting() {
    [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '$db'")" -gt 0 ]
}
wait_until 'the unit waits for the lock' waiting
command_lines >"$WORK/out"
says psql 'there is a client'
silent_about 'touch pwned' 'no value stands in the process list'
silent_about "/$db?host=$RBK_PG" 'and no URL'
release
wait "$slow"
same "$?" 0 'and it is carried out once the lock is free'

# Locks and time.
hold 'BEGIN; LOCK t;' psql -X -q -A -t -d $db
unit alter 'ALTER TABLE t ADD COLUMN b int'
expect 1 'a lock held by others fails fast' with RBK_LOCK_TIMEOUT=300ms do_unit pg tx alter k12
says 'lock timeout' 'and says so'
release
unit long 'SELECT pg_sleep(50)'
expect 1 'a statement that takes too long' with RBK_STATEMENT_TIMEOUT=1 do_unit pg tx long k13
says 'statement timeout' 'is stopped'

# The connection.
unit lost 'INSERT INTO t VALUES (50); SELECT pg_terminate_backend(pg_backend_pid());'
expect 2 'a lost connection is not a no' do_unit pg tx lost k20
says 'left: unknown' 'and says that nobody knows'
expect 1 'the database knows' engine sql_unit_recorded pg k20
expect 2 'no server: could not be asked' with DB_URL="postgresql://rbk@/$db?host=/nowhere" do_unit pg tx one z1
expect 2 'no such role' with DB_URL="postgresql://nobody_there:s3cr%65t@/$db?host=$RBK_PG" do_unit pg tx one z2
silent_about 's3cr' 'no password is said'
expect 2 'no URL' with DB_URL= do_unit pg tx one z3
says 'DB_URL is not set' 'and says so'

# The client is killed: before it has begun, and when all was committed.
real=$(command -v psql)
cat >"$WORK/bin/psql" <<END
#!/bin/sh
case "\$*" in
    *.unit*)
        case \$KILLED in
            behind) "$real" "\$@" ;;
        esac
        kill -s KILL \$\$
        ;;
esac
exec "$real" "\$@"
END
chmod +x "$WORK/bin/psql"
unit killed 'INSERT INTO t VALUES (60)'
expect 1 'a client that is killed before it has begun' with KILLED=before PATH="$WORK/bin:$PATH" do_unit pg tx killed k30
says 'nothing of it stays' 'and what stays of it'
says 'left: nothing' 'is nothing'
expect 0 'a client that is killed behind its COMMIT' with KILLED=behind PATH="$WORK/bin:$PATH" do_unit pg tx killed k31
same "$(q 'SELECT count(*) FROM t WHERE a = 60')" 1 'has done its work, once'
hold "SELECT pg_advisory_lock(hashtext('rbk'), hashtext('k32'));" psql -X -q -d "$db"
expect 2 'while its COMMIT may be under way' with KILLED=before RBK_LOCK_TIMEOUT=100ms PATH="$WORK/bin:$PATH" do_unit pg tx killed k32
says 'left: unknown' 'nobody knows'
release

# Several at once.
q 'DROP SCHEMA rbk CASCADE' 2>/dev/null
for each in 1 2 3 4; do
    unit "p$each" "SELECT pg_sleep(0.2); CREATE TABLE par$each ()"
    do_unit pg tx "p$each" "par$each" >"$WORK/out$each" 2>&1 </dev/null &
done
wait
same "$(q 'SELECT count(*) FROM rbk.journal')" 4 'four at once make the journal once'
unit s 'SELECT pg_sleep(0.3); INSERT INTO t VALUES (99)'
for each in 1 2 3; do
    do_unit pg tx s same >"$WORK/out$each" 2>&1 </dev/null &
done
wait
same "$(q 'SELECT count(*) FROM t WHERE a = 99')" 1 'the same unit three times at once is carried out once'
same "$(names_in "$RBK_STATE/tmp")" '' 'no scratch files stay'
done_testing
