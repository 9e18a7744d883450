# Backups by pg_dump in its three formats, of a database with one of everything: exact, whole or not at all, never taken in.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/picture.sh"

mkdir -p "$RBK_STATE/tmp"
roles
export RBK_BACKUP_TABLES=

load() {
    psql -X -q -v ON_ERROR_STOP=1 -o "$WORK/loaded" -d "$db" -f "$RBK_TESTS/$1" </dev/null
}

for kind in custom directory plain; do
    db=dump_$kind
    new_database $db
    export PGDATABASE=$db RBK_BACKUP_FILE="$WORK/$kind.dump"
    expect 0 "$kind: the rich schema loads" load rich.sql
    sql -c 'CREATE SCHEMA rbk' -c 'CREATE TABLE rbk.journal (unit text)' -c "INSERT INTO rbk.journal VALUES ('before')"
    picture $db >"$WORK/before"
    expect 0 "$kind: take" method pg_dump-$kind.take
    expect 0 "$kind: verify" method pg_dump.verify
    expect 0 "$kind: the ruin loads" load ruin.sql
    sql -c "INSERT INTO rbk.journal VALUES ('after')"
    picture $db >"$WORK/ruined"
    never "$kind: the ruin changes something" cmp -s "$WORK/before" "$WORK/ruined"
    expect 0 "$kind: restore" method pg_dump.restore
    unchanged "$kind: exactly as at the take"
    same "$(sql -c "SELECT string_agg(unit, ',' ORDER BY unit) FROM rbk.journal")" after,before "$kind: the schema rbk stays"
    same "$(sql -c "INSERT INTO public.users (name) VALUES ('next') RETURNING id")" 4 "$kind: identity goes on"
    same "$(names_in "$RBK_STATE/tmp")" '' "$kind: no scratch files stay"
    expect 0 "$kind: restore again" method pg_dump.restore
    unchanged "$kind: is exact"
    sql -c 'DROP SCHEMA app CASCADE' -c 'DROP SCHEMA public CASCADE' -c 'DROP SCHEMA "Odd Name" CASCADE' -c 'DROP SCHEMA extensions CASCADE' 2>"$WORK/out"
    expect 0 "$kind: restore over nothing" method pg_dump.restore
    unchanged "$kind: is exact as well"
done

db=dump_custom
export PGDATABASE=$db RBK_BACKUP_FILE="$WORK/custom.dump"
expect 0 'the ruin loads' load ruin.sql
picture $db >"$WORK/before"
hold 'BEGIN; SELECT 1 FROM public.users LIMIT 1;' psql -X -q -A -t
expect fail 'a lock held by others' with RBK_LOCK_TIMEOUT=1s method pg_dump.restore
says 'lock timeout' 'fails, for they do not let go'
release
unchanged 'changes nothing'

# Damaged backups: verify says no, restore changes nothing.
size=$(wc -c <"$WORK/custom.dump")
head -c $((size - 900)) "$WORK/custom.dump" >"$WORK/cut.dump"
cp -R "$WORK/directory.dump" "$WORK/cutdir"
data=$(find "$WORK/cutdir" -name '*.dat.gz' -size +0 | sort | head -n 1)
head -c $(($(wc -c <"$data") - 9)) "$data" >"$WORK/x"
cp "$WORK/x" "$data"
cp -R "$WORK/directory.dump" "$WORK/missing"
rm "$(find "$WORK/missing" -name '*.dat.gz' | sort | head -n 1)"
head -n 400 "$WORK/plain.dump" >"$WORK/cut.sql"
: >"$WORK/empty"
mkdir "$WORK/emptydir"
printf 'hello\n' >"$WORK/hello"
printf PGDMP >"$WORK/head"
for damaged in cut.dump cutdir missing cut.sql empty emptydir hello head nowhere; do
    expect fail "verify refuses $damaged" with RBK_BACKUP_FILE="$WORK/$damaged" method pg_dump.verify
    expect fail "restore refuses $damaged" with RBK_BACKUP_FILE="$WORK/$damaged" method pg_dump.restore
done
unchanged 'nothing is changed by any of them'

sed 's/^CREATE TRIGGER touch/CREATE TRIGGER broken broken/' "$WORK/plain.dump" >"$WORK/late.sql"
expect fail 'an error late in the restore' with RBK_BACKUP_FILE="$WORK/late.sql" method pg_dump.restore
unchanged 'takes everything back'
expect fail 'no server' with PGHOST=/nowhere method pg_dump.restore

# A subscription cannot be dropped in a transaction.
sql -c "CREATE SUBSCRIPTION sub CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)" 2>"$WORK/out"
expect fail 'a subscription' method pg_dump.restore
says subscribes 'makes restore refuse'
sql -c 'ALTER SUBSCRIPTION sub DISABLE' -c 'ALTER SUBSCRIPTION sub SET (slot_name = NONE)' -c 'DROP SUBSCRIPTION sub'
done_testing
