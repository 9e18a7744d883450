# What PostgreSQL does not do inside a transaction, and what it does: each on the real server, as a unit of its own kind.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"

db=outside
new_database $db
target pg kind=postgres url_env=DB_URL
export DB_URL="postgresql://rbk@/$db?host=$RBK_PG"

q() {
    psql -X -q -A -t -d "$db" -c "$1" </dev/null
}

q "CREATE TABLE t (a int, c int DEFAULT 1); CREATE INDEX t_c ON t (c); CREATE TABLE keyed (id int PRIMARY KEY);
   CREATE TABLE parts (d int) PARTITION BY RANGE (d); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (9);
   CREATE INDEX ON parts (d); CREATE TYPE mood AS ENUM ('sad');
   CREATE MATERIALIZED VIEW seen AS SELECT 1 AS n; CREATE UNIQUE INDEX ON seen (n)"

# Refused in a transaction: as tx nothing stays, as auto it is done and recorded.
number=0
while read -r statement; do
    number=$((number + 1))
    unit refused "$statement"
    expect 1 "not in a transaction: $statement" do_unit pg tx refused "tx$number"
    says 'left: nothing' "and nothing stays of it: $statement"
    expect 0 "outside of one: $statement" do_unit pg auto refused "auto$number"
    expect 0 "is recorded: $statement" engine sql_unit_recorded pg "auto$number"
done <<'END'
CREATE INDEX CONCURRENTLY t_a ON t (a);
REINDEX INDEX CONCURRENTLY t_a;
REINDEX TABLE CONCURRENTLY t;
DROP INDEX CONCURRENTLY t_a;
REINDEX SCHEMA public;
REINDEX TABLE parts;
VACUUM t;
VACUUM;
CLUSTER;
ALTER TABLE parts DETACH PARTITION parts_1 CONCURRENTLY;
ALTER SYSTEM SET log_min_messages = 'warning';
CREATE DATABASE outside_other;
DROP DATABASE outside_other;
DISCARD ALL;
DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$;
END
q 'DELETE FROM t'

# Allowed in one.
number=0
while read -r statement; do
    number=$((number + 1))
    unit allowed "$statement"
    expect 0 "in a transaction: $statement" do_unit pg tx allowed "in$number"
done <<'END'
REINDEX TABLE t;
CLUSTER keyed USING keyed_pkey;
ANALYZE t;
TRUNCATE t RESTART IDENTITY;
REFRESH MATERIALIZED VIEW CONCURRENTLY seen;
ALTER TYPE mood RENAME VALUE 'sad' TO 'low';
CREATE PUBLICATION everything FOR ALL TABLES; DROP PUBLICATION everything;
CREATE EXTENSION hstore; DROP EXTENSION hstore CASCADE;
END

# A new value of an enumeration can be used only after its transaction.
unit both "ALTER TYPE mood ADD VALUE 'glad'; CREATE TABLE felt AS SELECT 'glad'::mood AS how;"
expect 1 'a new value is not used in its own transaction' do_unit pg tx both e1
same "$(q "SELECT count(*) FROM pg_enum WHERE enumlabel = 'glad'")" 0 'and is not there'
unit added "ALTER TYPE mood ADD VALUE 'glad';"
unit used "CREATE TABLE felt AS SELECT 'glad'::mood AS how;"
expect 0 'a unit that adds it' do_unit pg tx added e2
expect 0 'and one that uses it' do_unit pg tx used e3

# An index that could not be built stays, and stands in the way.
q 'INSERT INTO t VALUES (1), (1)'
unit built 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "T uniq" ON public.t (a)'
expect 1 'CREATE INDEX CONCURRENTLY that fails' do_unit pg auto built a3
says 'was dropped' 'its invalid index is dropped'
says 'left: nothing' 'nothing is left'
q 'CREATE UNIQUE INDEX CONCURRENTLY "T uniq" ON t (a)' 2>"$WORK/out"
same "$(q 'SELECT count(*) FROM pg_index WHERE NOT indisvalid')" 1 'an invalid index of an earlier attempt stands in the way'
q 'DELETE FROM t; INSERT INTO t VALUES (1)'
expect 0 'the next attempt is not taken in by IF NOT EXISTS' do_unit pg auto built a3
same "$(q "SELECT indisvalid FROM pg_index WHERE indexrelid = '\"T uniq\"'::regclass")" t 'the index is valid'
q 'INSERT INTO t SELECT 100 + g FROM generate_series(1, 3) g'
unit unnamed '-- no name
create unique index concurrently on only t (c)'
expect 1 'one without a name that fails' do_unit pg auto unnamed a4
says 'was dropped' 'is dropped too'
same "$(q 'SELECT count(*) FROM pg_index WHERE NOT indisvalid')" 0 'no invalid index stays'
done_testing
