# The runner with its real engines: a PostgreSQL and an SQLite database, killed in the middle, and gone on with.

command . "$RBK_TESTS/lib.sh"

db=real
new_database $db
B=$WORK/bundle
lite=$WORK/lite.db
export RBK_LOCK_TIMEOUT=5min MAIN_URL="postgresql://rbk:hunter22@/$db?host=$RBK_PG" LITE="$lite"
unset PGHOST PGUSER RBK_STATE RBK_HOME
mkdir -p "$B/lib" "$B/backups/db"
cp -R "$RBK_TESTS/database/." "$B"
cp "$RBK_SOURCE/runtime/rollback.sh" "$B/rollback"
cp "$RBK_SOURCE/runtime/lib"/*.sh "$B/lib/"
cp "$RBK_SOURCE/methods/pg_dump-custom.take.sh" "$B/backups/db/take.sh"
cp "$RBK_SOURCE/methods/pg_dump.verify.sh" "$B/backups/db/verify.sh"
cp "$RBK_SOURCE/methods/pg_dump.restore.sh" "$B/backups/db/restore.sh"
(cd "$B" && find . -type f ! -name SHA256SUMS -exec sha256sum {} + | sort -k 2 >"$WORK/sums" && mv "$WORK/sums" SHA256SUMS)

q() {
    sql -h "$RBK_PG" -U rbk -d "$db" -c "$1"
}

rb() (
    cd "$B" && $RBK_SHELL ./rollback "$@"
)

rb_start() {
    (cd "$B" && exec $RBK_SHELL ./rollback "$@") </dev/null >"$WORK/out" 2>&1 9>&- &
    runner=$!
}

has() {
    grep -q -F -e "$(printf '\t%s' "$@")" "$B/state/journal"
}

columns() {
    q "SELECT count(*) FROM pg_attribute WHERE attrelid = 'u'::regclass AND attname = 'c' AND NOT attisdropped"
}

# The third unit of the step `col` waits for this lock, whoever asks for it.
stall() {
    hold 'SELECT pg_advisory_lock(7);' psql -X -q -A -t -h "$RBK_PG" -U rbk -d "$db"
}

stalled() {
    [ "$(q "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")" -gt 0 ]
}

q 'CREATE TABLE u (id int); INSERT INTO u SELECT generate_series(1, 100)'
sqlite3 "$lite" 'CREATE TABLE s (x); INSERT INTO s VALUES (1);'
expect 0 'check' rb check
expect 0 'prepare' rb prepare
that 'the backup is on record' has artifact db

# The runner is killed, its step goes on by itself.
stall
rb_start forward
wait_until 'the third unit waits' stalled
kill -s KILL "$runner"
wait "$runner" 2>/dev/null
expect 3 'the step is still alive' rb resume
release
settled() {
    rb resume >"$WORK/out" 2>&1 </dev/null
    status=$?
    ! grep -q 'still running' "$WORK/out"
}
that 'it ends by itself' wait_until 'the step has ended' settled
same "$status" 0 'the run goes on'
that 'the last unit is on record' has unit col 3 'done'
that 'which the database said' has unit col 3 'done' tx
same "$(q "SELECT count(*) FROM rbk.journal WHERE unit LIKE '%/col/%'")" 3 'each unit was carried out once'
same "$(sqlite3 "$lite" 'SELECT y FROM s')" 2 'and what follows'
expect 0 'the way back' rb run back --yes
same "$(columns)" 0 'the column is gone'
expect 3 'forward needs the preparation' rb forward
expect 0 'prepare anew' rb prepare

# A unit that fails leaves nothing, so its change is not unknown.
q 'ALTER TABLE u ADD COLUMN c int'
expect 1 'a unit that fails' rb forward
expect 0 'status' rb
silent_about UNKNOWN 'its change is known'
q 'ALTER TABLE u DROP COLUMN c'
expect 0 'the cause is gone' rb resume
expect 0 'the backup is restored' rb run restore --yes --accept-loss
same "$(columns)" 0 'and the column is gone with it'

# Runner and step are killed; the unit was committed all the same, and the database says so.
expect 0 'prepare anew' rb prepare
stall
rb_start forward
wait_until 'the third unit waits' stalled
step=$(awk -F '\t' '$5 == "child" && $6 == "col" { pid = $7 } END { print pid }' "$B/state/journal")
client=$(q "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rbk'")
kill -s KILL "$runner" "$step"
wait "$runner" 2>/dev/null
release
committed() {
    [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rbk'")" -lt "$client" ]
}
wait_until 'the client that was left has ended' committed
that 'what was left ends' wait_until 'nothing is left' settled
same "$status" 0 'the run goes on'
that 'the database said that it was done' has unit col 3 'done' tx found

# Nobody is there, and then TERM in the middle of a unit.
expect 0 'back' rb run back --yes
expect 0 'prepare anew' rb prepare
expect 1 'no server' with MAIN_URL="postgresql://rbk@/$db?host=/nowhere" rb forward
expect 0 'status' rb
silent_about UNKNOWN 'nothing was begun'
stall
rb_start resume
wait_until 'the third unit waits' stalled
kill -s TERM "$runner"
wait "$runner" 2>/dev/null
same "$?" 143 'TERM ends it as TERM'
release
expect 0 'and it goes on' rb resume
same "$(columns)" 1 'to its end'
never 'no password stands in the state' grep -rq hunter22 "$B/state"
expect 0 'report' rb report
done_testing
