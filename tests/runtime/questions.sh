# Checks that ask a database: every expectation on PostgreSQL and on SQLite, and what is no answer.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"

db=questions
new_database $db
export DB_URL="postgresql://rbk@/$db?host=$RBK_PG" DB_FILE="$WORK/c.db"
sql -d $db -c "CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (2, E'two\nlines'), (3, NULL), (4, 'tab\\')"
sqlite3 "$DB_FILE" "CREATE TABLE t (a INT, b TEXT); INSERT INTO t VALUES (4, 'tab\\'), (3, NULL), (2, 'two' || char(10) || 'lines'), (1, 'x')"
target pg kind=postgres url_env=DB_URL
target lite kind=sqlite file_env=DB_FILE
mkdir -p "$RBK_STATE/captures"

code one.sql 'SELECT count(*) FROM t'
code none.sql 'SELECT a FROM t WHERE a > 9'
code bad.sql 'SELECT nope FROM t'
code text.sql 'SELECT b FROM t WHERE a = 2'
code null.sql 'SELECT b FROM t WHERE a = 3'
code write.sql "INSERT INTO t VALUES (9, 'x') RETURNING a"

for each in pg lite; do
    # asks STATUS NAME FILE EXPECTATION
    asks() {
        answers "$1" "$each: $2" kind=query target="$each" file="$3" expect="$4"
    }
    asks 0 'a value' one.sql value:4
    asks 1 'another value' one.sql value:5
    says 'answer: 4, expected 5' "$each: says what it saw"
    asks 0 'a value of several lines' text.sql 'value:two
lines'
    asks 1 'no row is no value' none.sql value:x
    code all.sql 'SELECT a, b FROM t ORDER BY a;'
    asks 0 'as many rows' all.sql rows:4
    asks 1 'not as many' all.sql rows:5
    asks 0 'empty' none.sql empty
    asks 1 'a row of NULL is not empty' null.sql empty
    for holds in '>:3' '>=:4' '<:4.5' '<=:4' '=:4.0' '!=:5'; do asks 0 "$holds" one.sql "op:$holds"; done
    for fails in '>:4' '<:4' '=:5' '!=:4'; do asks 1 "$fails" one.sql "op:$fails"; done
    asks 2 'a text is no number' text.sql 'op:>:1'
    asks 2 'NULL is no number' null.sql 'op:<:1'
    asks 2 'no row is no number' none.sql 'op:<:1'
    asks 2 'an error of SQL is no answer' bad.sql empty
    says nope "$each: and says which"
    asks 2 'a question cannot write' write.sql value:9

    asks 2 'no baseline' all.sql baseline
    expect 0 "$each: a baseline is captured" engine check_capture asked "$RBK_STATE/captures/asked"
    asks 0 'as the baseline' all.sql baseline
    code all.sql 'SELECT a, b FROM t ORDER BY a DESC;'
    asks 0 'in another order' all.sql baseline
    code all.sql "SELECT a, CASE a WHEN 3 THEN '' ELSE b END FROM t"
    asks 1 'NULL is not the empty text' all.sql baseline
    code all.sql "SELECT a, b FROM t UNION ALL SELECT 1, 'x'"
    asks 1 'a row twice is not a row' all.sql baseline
    code number.sql 'SELECT 1000, 2.5'
    check asked kind=query target="$each" file=number.sql expect=within:1
    engine check_capture asked "$RBK_STATE/captures/asked" >"$WORK/out" 2>&1
    code number.sql 'SELECT 1009, 2.5'
    asks 0 'within 1%' number.sql within:1
    code number.sql 'SELECT 1011, 2.5'
    asks 1 'not within 1%' number.sql within:1
    asks 2 'a text is not within' text.sql within:1
    rm -f "$RBK_STATE/captures/asked"
    code all.sql 'SELECT a, b FROM t ORDER BY a;'
    check asked kind=query target="$each" file=all.sql
    expect 0 "$each: show" engine check_show asked
    says '^1|x$' "$each: shows rows"
done

code all.sql 'SELECT a, b FROM t'
answers 0 'PostgreSQL and SQLite hold the same rows' kind=compare target=pg target2=lite file=all.sql expect=equal
sqlite3 "$DB_FILE" "INSERT INTO t VALUES (1, 'x')"
answers 1 'one has a row more' kind=compare target=pg target2=lite file=all.sql
says '1 rows differ' 'says how many'

# What a session would change.
code time.sql "SELECT timestamptz '2026-01-01 00:00+00', date '2026-02-01', timestamptz '2026-01-01 00:00+00'::timestamp"
check asked kind=query target=pg file=time.sql expect=baseline
expect 0 'times are captured' engine check_capture asked "$RBK_STATE/captures/asked"
expect 0 'an operator in another zone' with PGTZ=Asia/Tokyo TZ=Asia/Tokyo engine check_ask asked
expect 0 'an operator with other dates' with PGDATESTYLE=German engine check_ask asked
printf '\\pset null none\n\\set ON_ERROR_STOP off\n' >"$WORK/.psqlrc"
printf '.headers on\n.mode column\n' >"$WORK/.sqliterc"
expect 0 'a startup file of psql' with HOME="$WORK" engine check_ask asked
check asked kind=query target=lite file=one.sql expect=value:5
expect 0 'a startup file of sqlite3' with HOME="$WORK" engine check_ask asked

code slow.sql 'SELECT pg_sleep(50)'
answers 2 'what takes too long is no answer' kind=query target=pg file=slow.sql expect=empty timeout=1
check asked kind=query target=pg file=one.sql expect=empty
expect 2 'refused is no answer' with DB_URL='postgresql:///x?host=/nowhere' engine check_ask asked
check asked kind=query target=lite file=one.sql expect=empty
expect 2 'no file is no answer' with DB_FILE=/nowhere engine check_ask asked
answers 2 'an expectation that is not understood' kind=query target=pg file=one.sql expect=frob:1
answers 2 'a person is not there' kind=ask 'question=Is it red?' expect=yes
expect 2 'no such check' engine check_ask nope
for tool in printf sh dash bash busybox mksh awk sed tr sort rm mkdir cat head tail wc dd grep cmp; do
    found=$(command -v "$tool") && case $found in /*) ln -s "$found" "$WORK/bin/$tool" ;; esac
done
check asked kind=query target=pg file=one.sql expect=empty
expect 2 'no psql is no answer' with PATH="$WORK/bin" engine check_ask asked
says 'not installed' 'and says so'

# Shell.
code s.sh 'exit 0'
answers 0 'it ends with 0' kind=shell file=s.sh
code s.sh 'exit 3'
answers 1 'it ends with 3' kind=shell file=s.sh
answers 0 'and 3 is expected' kind=shell file=s.sh expect=exit:3
code s.sh 'echo out; echo err >&2'
answers 0 'its output' kind=shell file=s.sh expect=output:out
answers 1 'another output' kind=shell file=s.sh expect=output:x
code s.sh 'no_such_command_x'
answers 2 'a missing command is no answer' kind=shell file=s.sh
code s.sh 'echo out; exit 1'
answers 2 'output of what failed is no answer' kind=shell file=s.sh expect=output:out
code s.sh 'false; echo on'
answers 1 'an error ends the code' kind=shell file=s.sh expect=exit:0
code s.sh "echo \$undefined_x"
answers 1 'so does an unset variable' kind=shell file=s.sh
code s.sh 'sleep 20'
answers 2 'no end is no answer' kind=shell file=s.sh timeout=1
code s.sh "kill -9 \$\$"
answers 2 'killed is no answer' kind=shell file=s.sh
code s.sh "set -o pipefail; [ -n \"\$BASH_VERSION\" ]"
answers 0 'bash when asked for' kind=shell shell=bash file=s.sh
code s.sh "n=\$(cat $WORK/n 2>/dev/null || echo 0); echo \$((n + 1)) >$WORK/n; [ \"\$n\" -ge 2 ]"
answers 0 'asked again until yes' kind=shell file=s.sh retry=3 every=0
same "$(names_in "$RBK_STATE/tmp")" '' 'no scratch files stay'
done_testing
