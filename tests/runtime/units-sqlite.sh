# Units of SQL on SQLite: carried out once, recorded together with their work, and never taken in by the client.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"

file="$WORK/my db.sqlite"
target lite kind=sqlite file_env=DB_FILE
export DB_FILE="$file"
awkward="a'b\"\\\$(touch pwned) \`touch pwned\` :x \\! ; -- 
two"
export plan_params='who waitlist-mode' RBK_PARAM_WHO="$awkward" RBK_PARAM_WAITLIST_MODE=on

q() {
    sqlite3 -batch "$file" "$1"
}

unit one 'INSERT INTO t VALUES (1)'
expect 2 'a file that is not there' do_unit lite tx one k1
never 'is not made' [ -e "$file" ]
q 'CREATE TABLE t (a INT); CREATE TABLE parent (id INTEGER PRIMARY KEY);
   CREATE TABLE child (p INT REFERENCES parent ON DELETE CASCADE); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1), (77);'
expect 0 'probe' engine target_probe lite
expect 0 'a unit' do_unit lite tx one k1
expect 0 'is recorded' engine sql_unit_recorded lite k1
expect 0 'a second time does nothing' do_unit lite tx one k1
same "$(q 'SELECT count(*) FROM t')" 1 'it was carried out once'

# What the client would let pass.
unit wrong 'INSERT INTO t VALUES (2); CREATE TABLE made (x); DROP TABLE child; INSERT INTO nope VALUES (1); INSERT INTO t VALUES (3);'
expect 1 'an error fails the unit' do_unit lite tx wrong k2
says 'no such table' 'says which'
same "$(q 'SELECT count(*) FROM t')" 1 'nothing of it stays'
same "$(q "SELECT count(*) FROM sqlite_master WHERE name IN ('made', 'child')")" 1 'no change of the schema either'
unit begins 'BEGIN; INSERT INTO t VALUES (2); INSERT INTO nope VALUES (1); COMMIT;'
expect 1 'a BEGIN and a COMMIT around an error' do_unit lite tx begins k2b
same "$(q 'SELECT count(*) FROM t')" 1 'commit nothing'
unit bail '.bail off
INSERT INTO t VALUES (2); INSERT INTO nope VALUES (1);'
expect fail '.bail off does not help' do_unit lite tx bail k3
same "$(q 'SELECT count(*) FROM t')" 1 'nothing of it stays'
printf '.bail off\n.mode quote\n' >"$WORK/.sqliterc"
expect 1 'a startup file of the operator changes nothing' with HOME="$WORK" do_unit lite tx wrong k2
same "$(q 'SELECT count(*) FROM t')" 1 'nothing of it stays'
expect 0 'and hides no record' with HOME="$WORK" engine sql_unit_recorded lite k1
unit quits 'INSERT INTO t VALUES (2);
.quit'
expect 0 '.quit ends the unit, not the transaction around it' do_unit lite tx quits k4
expect 0 'which is recorded' engine sql_unit_recorded lite k4
unit own 'INSERT INTO t VALUES (5); COMMIT; BEGIN;'
expect 1 'a COMMIT of its own is found out' do_unit lite tx own k5
says 'ended its transaction' 'and said'

# Foreign keys cannot be switched inside a transaction.
unit orphan 'INSERT INTO child VALUES (42);'
expect 1 'a new violation of a foreign key fails' do_unit lite tx orphan k6
says 'foreign keys are violated' 'and says so'
same "$(q 'SELECT count(*) FROM child')" 2 'nothing stays; the old violation is no hindrance'
unit rebuilt 'CREATE TABLE parent2 (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO parent2 (id) SELECT id FROM parent;
    DROP TABLE parent; ALTER TABLE parent2 RENAME TO parent;'
expect 0 'a table is rebuilt' do_unit lite tx rebuilt k7
same "$(q 'SELECT count(*) FROM child WHERE p = 1')" 1 'no cascade took its children'
unit recipe 'PRAGMA foreign_keys = OFF;
    -- PRAGMA foreign_keys = ON is for afterwards.
    CREATE TABLE parent2 (id INTEGER PRIMARY KEY, n TEXT);
    INSERT INTO parent2 (id) SELECT id FROM parent;
    DROP TABLE parent;
    ALTER TABLE parent2 RENAME TO parent;
    PRAGMA foreign_keys = ON;'
expect 0 'a table is rebuilt, and foreign_keys is on again behind it' do_unit lite tx recipe k7b
same "$(q 'SELECT count(*) FROM child WHERE p = 1')" 1 'no cascade took its children'
unit cascade 'PRAGMA foreign_keys = ON; DELETE FROM parent;'
expect 0 'foreign_keys = ON is heeded' do_unit lite tx cascade k8
same "$(q 'SELECT count(*) FROM child WHERE p = 1')" 0 'cascades work then'
q 'INSERT INTO parent (id) VALUES (3); INSERT INTO child VALUES (3);'
unit again 'PRAGMA foreign_keys = OFF;
    PRAGMA foreign_keys = ON;
    DELETE FROM parent WHERE id = 3;'
expect 0 'the last of several settings counts' do_unit lite tx again k8b
same "$(q 'SELECT count(*) FROM child WHERE p = 3')" 0 'cascades work then, too'

unit param 'CREATE TABLE p AS SELECT :rbk_param_who AS v, :rbk_param_waitlist_mode AS w'
expect 0 'parameters reach SQL' do_unit lite tx param k9
same "$(q "SELECT v || '|' || w FROM p")" "$awkward|on" 'as they are'
same "$(find "$WORK" . -name pwned)" '' 'no value was carried out'

# Outside a transaction.
unit vacuum 'VACUUM'
expect 1 'VACUUM is not done in a transaction' do_unit lite tx vacuum a0
expect 0 'but outside of one' do_unit lite auto vacuum a1
expect 0 'and is recorded' engine sql_unit_recorded lite a1
unit wal 'PRAGMA journal_mode = WAL'
expect 0 'the journal mode' do_unit lite auto wal a2
same "$(q 'PRAGMA journal_mode')" wal 'is changed outside of one'

unit patient 'CREATE TABLE patience AS SELECT timeout FROM pragma_busy_timeout'
expect 0 'how long it waits for others' with RBK_LOCK_TIMEOUT=2min do_unit lite tx patient k9b
same "$(q 'SELECT timeout FROM patience')" 120000 'is what RBK_LOCK_TIMEOUT says'
hold 'BEGIN IMMEDIATE;' sqlite3 -batch "$file"
unit busy 'INSERT INTO t VALUES (8)'
expect 1 'somebody else writes' with RBK_LOCK_TIMEOUT=300ms do_unit lite tx busy k10
says locked 'and that is said'
release
# The client is killed: before it has begun, and when all was committed.
real=$(command -v sqlite3)
cat >"$WORK/bin/sqlite3" <<END
#!/bin/sh
text=\$(cat)
case \$text in
    *'rbk: tx done'*)
        [ "\$KILLED" = before ] || printf '%s\n' "\$text" | "$real" "\$@"
        kill -s KILL \$\$
        ;;
esac
printf '%s\n' "\$text" | "$real" "\$@"
END
chmod +x "$WORK/bin/sqlite3"
unit killed 'INSERT INTO t VALUES (60)'
expect 1 'a client that is killed before it has begun' with KILLED=before PATH="$WORK/bin:$PATH" do_unit lite tx killed k12
says 'left: nothing' 'leaves nothing'
expect 0 'a client that is killed behind its COMMIT' with KILLED=behind PATH="$WORK/bin:$PATH" do_unit lite tx killed k13
same "$(q 'SELECT count(*) FROM t WHERE a = 60')" 1 'has done its work, once'
printf 'no database at all, just text\n' >"$WORK/junk"
expect 2 'a file that is no database' with DB_FILE="$WORK/junk" do_unit lite tx one k11
mkdir "$WORK/killed"
printf '#!/bin/sh\nkill -s KILL $$\n' >"$WORK/killed/sqlite3"
chmod +x "$WORK/killed/sqlite3"
expect 2 'a client that is killed' with PATH="$WORK/killed:$PATH" do_unit lite tx one k12
says 'illed' 'is an answer'
silent_about 'line [0-9]' 'and not a line of the library'
same "$(names_in "$RBK_STATE/tmp")" '' 'no scratch files stay'
done_testing
