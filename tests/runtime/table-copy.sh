# Copies of tables on PostgreSQL: rows, sequences and identity are exact; triggers, foreign keys and rules do not interfere.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/picture.sh"

db=copies
mkdir -p "$RBK_STATE/tmp"
roles
new_database $db
export PGDATABASE=$db
sql -f "$RBK_TESTS/rich.sql" >"$WORK/out"
sql -c "COMMENT ON CONSTRAINT \"We\"\"ird_user_fkey\" ON \"Odd Name\".\"We\"\"ird\" IS 'kept'" \
    -c 'CREATE TABLE public.odd (c bpchar, v varchar(3), p public.pair, a int[], n numeric, f float4, t time, i interval, iv inet, d date)' \
    -c "INSERT INTO public.odd VALUES ('x  ', 'ab ', ROW(NULL,NULL), '{1,NULL}', 1.50, 0.1, '10:00', '1 mon 2 days', '10.0.0.1', 'infinity'),
        (NULL, '', NULL, '{}', 'NaN', '-Infinity', NULL, NULL, '::1', '0044-03-15 BC')" \
    -c 'CREATE TABLE public.noc ()' -c 'INSERT INTO public.noc DEFAULT VALUES'
export RBK_BACKUP_FILE="$WORK/receipt" RBK_BACKUP_TABLES='public.users
 "Odd Name"."We""ird"
app.events
public.log
odd
noc'
picture $db >"$WORK/before"
expect 0 'take' method table-copy-postgres.take
expect 0 'verify' method table-copy-postgres.verify
sql -c 'DELETE FROM public.users WHERE id = 2' -c "UPDATE public.users SET name = 'changed' WHERE id = 3" \
    -c "INSERT INTO public.users (name) VALUES ('new'), ('new2')" -c 'TRUNCATE app.events' -c 'UPDATE public.odd SET n = 0' \
    -c "INSERT INTO public.log VALUES (now(), 'later')" -c "INSERT INTO \"Odd Name\".\"We\"\"ird\" (\"user\") VALUES (1)" \
    -c 'INSERT INTO public.noc DEFAULT VALUES'
expect 0 'restore' method table-copy-postgres.restore
same "$(sql -c 'SELECT last_value FROM public.tickets')" 130 'a sequence that belongs to no column is not turned back'
sql -c "SELECT setval('public.tickets', 120)" >"$WORK/out"
unchanged 'rows, sequences, keys, triggers: exactly as at the take'
expect 0 'restore again' method table-copy-postgres.restore
unchanged 'is exact'
same "$(sql -c "INSERT INTO public.users (name) VALUES ('n') RETURNING id")" 4 'identity goes on where it was'

sql -c 'CREATE TABLE public.orders (u bigint REFERENCES public.users ON DELETE CASCADE)' -c 'INSERT INTO public.orders VALUES (4)'
picture $db >"$WORK/before"
expect fail 'others refer to a row that would go' method table-copy-postgres.restore
says 'foreign key' 'says so'
unchanged 'nothing is changed, no position of a sequence either'
sql -c 'DROP TABLE public.orders'
hold 'BEGIN; SELECT 1 FROM public.users LIMIT 1;' psql -X -q -A -t
expect fail 'a lock held by others' with RBK_LOCK_TIMEOUT=500ms method table-copy-postgres.restore
says 'lock timeout' 'fails at once'
release
sql -c 'ALTER TABLE public.odd DROP COLUMN v' -c 'ALTER TABLE public.odd ADD COLUMN z int' -c 'ALTER TABLE public.odd ALTER COLUMN t TYPE text'
expect fail 'columns have changed' method table-copy-postgres.restore
says 'v character varying(3) is missing' 'names the missing one'
says 'z integer is new' 'the new one'
says 't was time without time zone and is text' 'the changed one'
sql -c 'DROP TABLE public.odd'
expect fail 'a table is gone' method table-copy-postgres.restore
says 'public.odd is gone' 'names it'

sql -c "DELETE FROM rbk.copy_$(sed -n 's/^copy //p' "$WORK/receipt")_1 WHERE ctid = '(0,1)'"
expect fail 'verify sees that rows of the copy are missing' method table-copy-postgres.verify
head -n 3 "$WORK/receipt" >"$WORK/cut"
expect fail 'verify refuses half a receipt' with RBK_BACKUP_FILE="$WORK/cut" method table-copy-postgres.verify
expect fail 'and none' with RBK_BACKUP_FILE="$WORK/none" method table-copy-postgres.verify
expect fail 'take of a table that is not there' with RBK_BACKUP_TABLES=nope RBK_BACKUP_FILE="$WORK/r2" method table-copy-postgres.take

# With FORCE ROW LEVEL SECURITY its owner sees a part of a table.
sql -c "GRANT CREATE ON DATABASE $db TO app_owner" -c 'CREATE TABLE public.hidden (a int)' -c 'INSERT INTO public.hidden VALUES (1)' \
    -c 'ALTER TABLE public.hidden OWNER TO app_owner' -c 'ALTER TABLE public.hidden ENABLE ROW LEVEL SECURITY' \
    -c 'ALTER TABLE public.hidden FORCE ROW LEVEL SECURITY' -c 'GRANT USAGE ON SCHEMA public TO app_owner' \
    -c 'GRANT ALL ON SCHEMA rbk TO app_owner' -c 'GRANT ALL ON ALL TABLES IN SCHEMA rbk TO app_owner'
expect fail 'rows that a policy hides are not silently left out' \
    with PGUSER=app_owner RBK_BACKUP_TABLES=public.hidden RBK_BACKUP_FILE="$WORK/r3" method table-copy-postgres.take
says 'row-level security' 'says so'
done_testing
