# Two state directories, as of two hosts, and one database: who is at work there, who is kept out, what ends that.
#
# On every database whose server the script is given: PostgreSQL and SQLite, or MariaDB.

command . "$RBK_TESTS/lib.sh"
unset RBK_STATE RBK_HOME PGHOST PGUSER PGCONNECT_TIMEOUT
export RBK_LOCK_TIMEOUT=30s

# far COMMAND...: on another host, which is called `far`.
mkdir "$WORK/far"
printf '#!/bin/sh\necho far\n' >"$WORK/far/uname"
chmod +x "$WORK/far/uname"
far() {
    with PATH="$WORK/far:$PATH" "$@"
}

# plan NAME ID: a bundle in $WORK/NAME: a step of SQL, code that waits, another step of SQL under the database's other name; and the way
# back.
plan() {
    mkdir -p "$WORK/$1/lib" "$WORK/$1/targets" "$WORK/$1/forward" "$WORK/$1/scenarios/back"
    cp "$RBK_SOURCE/runtime/rollback.sh" "$WORK/$1/rollback"
    cp "$RBK_SOURCE/runtime/lib"/*.sh "$WORK/$1/lib/"
    printf '%s\n' "fact plan_name '$1'" "fact plan_title 'Two'" "fact plan_id '$2'" "fact plan_targets 'main again'" \
        "fact plan_scenarios 'back'" "fact plan_changes 'a b'" "fact plan_env 'MAIN'" >"$WORK/$1/plan.conf"
    printf '%s\n' "fact target_title 'Main'" "fact target_kind '$kind'" "fact target_url_env 'MAIN'" >"$WORK/$1/targets/main.conf"
    cp "$WORK/$1/targets/main.conf" "$WORK/$1/targets/again.conf"
    printf '%s\n' "phase 'p' 'P' at='0'" \
        "step 'a' 'A' kind='sql' target='main' change='a' effect='apply' unit='tx:a.sql'" \
        "step 'wait' 'Wait' kind='shell' target='main' file='wait.sh'" \
        "step 'aside' 'Aside' kind='shell' file='aside.sh'" \
        "step 'b' 'B' kind='sql' target='again' change='b' effect='apply' unit='tx:b.sql'" >"$WORK/$1/forward/steps.sh"
    printf '%s\n' "step 'ub' 'B' kind='sql' target='again' change='b' effect='undo' unit='tx:ub.sql'" \
        "step 'ua' 'A' kind='sql' target='main' change='a' effect='undo' unit='tx:ua.sql'" >"$WORK/$1/scenarios/back/steps.sh"
    printf "fact scenario_title 'Back'\nfact scenario_from 'a'\n" >"$WORK/$1/scenarios/back/scenario.conf"
    echo "INSERT INTO t VALUES ('$1 a');" >"$WORK/$1/forward/a.sql"
    echo "INSERT INTO t VALUES ('$1 b');" >"$WORK/$1/forward/b.sql"
    echo "DELETE FROM t WHERE x = '$1 a';" >"$WORK/$1/scenarios/back/ua.sql"
    echo "DELETE FROM t WHERE x = '$1 b';" >"$WORK/$1/scenarios/back/ub.sql"
    echo true >"$WORK/$1/forward/aside.sh"
    echo ": >\"$WORK/waits\"; while [ -e \"$WORK/hold\" ]; do sleep 0.1; done; rm -f \"$WORK/waits\"" >"$WORK/$1/forward/wait.sh"
    summed "$1"
}

summed() {
    (cd "$WORK/$1" && find . -type f ! -name SHA256SUMS -exec sha256sum {} + | sort -k 2 >"$WORK/sums" && mv "$WORK/sums" SHA256SUMS)
}

# rb STATE ARGUMENT...: the bundle's command with that state directory; another bundle than `two` is named by `bundle`.
rb() (
    cd "$WORK/${bundle:-two}" || exit
    RBK_STATE=$WORK/$kind.$1
    export RBK_STATE
    shift
    exec $RBK_SHELL ./rollback "$@"
)

begin() {
    touch "$WORK/hold"
    begun_state=$WORK/$kind.$1
    shift
    (cd "$WORK/two" && RBK_STATE=$begun_state exec $RBK_SHELL ./rollback "$@") </dev/null >"$WORK/begun" 2>&1 &
    runner=$!
    wait_until 'it waits in its code' [ -e "$WORK/waits" ]
}

# killed: the runner that was begun, and what it has started, without a word.
killed() {
    kill -s KILL "$runner" "$(awk -F '\t' '$5 == "child" && $6 == "wait" { pid = $7 } END { print pid }' "$WORK/$kind.$1/journal")"
    wait "$runner" 2>/dev/null
    rm -f "$WORK/waits" "$WORK/hold"
}

run_of() {
    awk -F '\t' '$5 == "run-started" { run = $3 } END { print run }' "$WORK/$kind.$1/journal"
}

rows() {
    q 'SELECT x FROM t ORDER BY x' | tr '\n' ' '
}

holds_out() {
    q "SELECT $1 FROM $lock WHERE place = 'at work'"
}

two_hosts() {
    rm -rf "$WORK/two" "$WORK/other"
    plan two 2222
    plan other 3333
    q 'CREATE TABLE t (x varchar(20))'

    begin here forward --operator Ann
    same "$(holds_out operator) $(holds_out run)" "Ann $(run_of here)" 'the database says who is at work'
    expect 3 'another state directory' far rb there forward
    says "held by Ann on $(uname -n) since 20" 'which says who'
    says "Its state directory is $WORK/$kind.here" 'and from where'
    says "take-over $(run_of here)" 'and what to type when that is dead'
    never 'nothing was begun' grep -q run-started "$WORK/$kind.there/journal"
    expect 3 'another plan' with bundle=other rb other forward
    says 'held by Ann' 'is kept out too'
    expect 0 'status is for everybody' far rb there
    expect 3 'check' far rb there check
    says 'NO .*held by Ann' 'says so beforehand'
    killed here
    expect 3 'a run that was killed' far rb there forward
    says 'held by Ann' 'holds it still'
    expect 2 'a run to take over needs a name' far rb there forward --take-over
    expect 3 'a run of another name' far rb there forward --take-over 20200101-000000-1
    expect 0 'its own state directory goes on without a question' rb here resume --assume wait=redo --take-over 20200101-000000-1
    says 'nothing was taken over' 'a name that holds nothing is said'
    same "$(rows)" 'two a two b ' 'everything once'
    same "$(q "SELECT count(*) FROM $lock WHERE place = 'at work'")" 0 'nobody is at work'

    expect 3 'what stands' far rb there forward
    says "Only the journal in the state directory .* knows what was done" 'is not done once more from elsewhere'
    expect 0 'another plan has its turn' with bundle=other rb other forward
    silent_about 'cannot be asked' 'what has no database is not asked'
    expect 3 'what stands, after another plan' far rb there forward
    expect 0 'the way back from where it was made' rb here run back --yes
    same "$(rows)" 'other a other b ' 'leaves what others did'
    same "$(q "SELECT count(*) FROM $lock WHERE place = '2222'")" 0 'and nothing stands'

    # It has come to its end, and then the database does not hear of it.
    expect 0 'forward' rb here forward
    mkdir -p "$WORK/deaf"
    for each in psql sqlite3 mariadb; do
        real=$(command -v "$each") || continue
        cat >"$WORK/deaf/$each" <<END
#!/bin/sh
tail -n 1 "\$RBK_STATE/journal" | grep -q run-ended && exit 1
exec $real "\$@"
END
        chmod +x "$WORK/deaf/$each"
    done
    expect 0 'the way back' with PATH="$WORK/deaf:$PATH" rb here run back --yes
    says 'still says that this run is at work' 'says what it could not say'
    same "$(holds_out run)" "$(run_of here)" 'which holds the database still'
    expect 0 'status' rb here
    says 'resume    gives back what the last run still holds: ' 'knows what to type'
    expect 3 'somebody else' far rb there forward
    expect 3 'nothing is resumed' rb here resume
    says 'nothing to resume; what the last run still held is given back: ' 'and the database is free'
    same "$(q "SELECT count(*) FROM $lock WHERE place = 'at work'")" 0 'nobody is at work'
    expect 3 'once' rb here resume
    silent_about 'given back' 'there is nothing left'

    # Taken over while it is at work: what it does afterwards is not done.
    begin here forward
    dead=$(run_of here)
    far rb there forward --operator Bob --take-over "$dead" >"$WORK/taken" 2>&1 </dev/null &
    taker=$!
    wait_until 'it is taken over' grep -q 'taken-over' "$WORK/$kind.there/journal"
    rm "$WORK/hold"
    wait "$runner"
    same "$?" 1 'the run that was taken over stops'
    that 'and says why' grep -q 'held by Bob\|taken over\|changes of this plan already' "$WORK/begun"
    wait "$taker"
    same "$?" 0 'the one that took over goes on'
    same "$(q "SELECT count(*) FROM t WHERE x = 'two b'")" 1 'what followed was done by one of them'
    expect 0 'report' far rb there report
    says "taken over from run $dead" 'the report says it'
    expect 0 'back' far rb there run back --yes
    expect 0 'what was taken over is given up' rb here abort

    # A restore by hand may bring the table of another day, or none.
    rm -rf "$WORK/$kind.here"
    begin here forward
    q "DROP TABLE $lock"
    rm "$WORK/hold"
    wait "$runner"
    same "$?" 0 'the lock has vanished with a restore'
    same "$(q "SELECT operator FROM $lock WHERE place = '2222'")" "$(id -un)" 'and is put back'
    expect 0 'back' rb here run back --yes

    # A copy of the state directory, made while nobody was at work.
    begin here forward
    killed here
    cp -R "$WORK/$kind.here" "$WORK/$kind.copy"
    rm -rf "$WORK/$kind.copy/lock"
    expect 0 'the original goes on' rb here resume --assume wait=redo
    expect 3 'the copy is told from it' far rb copy resume --assume wait=redo
    expect 0 'back' rb here run back --yes

    # A run that fails leads into a scenario, whose steps side by side reach one database under two names.
    rm -rf "$WORK/side"
    plan side 4444
    printf '%s\n' "step 'asks' 'Asks' kind='shell' file='asks.sh' else='run:back'" >>"$WORK/side/forward/steps.sh"
    echo false >"$WORK/side/forward/asks.sh"
    {
        printf '%s\n' "begin parallel 'both' 'Both'"
        cat "$WORK/side/scenarios/back/steps.sh"
        printf '%s\n' "end 'both'"
    } >"$WORK/steps" && mv "$WORK/steps" "$WORK/side/scenarios/back/steps.sh"
    summed side
    expect 0 'what fails leads back' with bundle=side rb side forward --yes
    same "$(rows)" 'other a other b ' 'both are taken back, side by side'
    same "$(q "SELECT count(*) FROM $lock WHERE place IN ('at work', '4444')")" 0 'and nobody holds the database'

    # Six at once, each with a state of its own.
    for each in 1 2 3 4 5 6; do
        {
            rb "crowd$each" forward >"$WORK/out$each" 2>&1 </dev/null
            echo $? >"$WORK/status$each"
        } &
    done
    wait
    never 'each of six is done or refused' grep -qv '^[03]$' "$WORK"/status?
    same "$(cat "$WORK"/status? | grep -c '^0$')" 1 'one of them is done'
    same "$(q "SELECT count(*) FROM t WHERE x = 'two a'")" 1 'once'

    # Whoever did it is lost for good, and what it did was taken back by other means.
    dead=$(q "SELECT run FROM $lock WHERE place = '2222'")
    q 'DELETE FROM t'
    expect 3 'what stands' rb new forward
    expect 0 'is taken over by its name too' rb new forward --take-over "$dead"
    same "$(q "SELECT run FROM $lock")" "$(run_of new)" 'and stands anew'
}

if [ -n "${RBK_MARIADB-}" ]; then
    kind=mariadb lock=rbk_lock
    export MAIN="mariadb://rbk@localhost/claims?socket=$RBK_MARIADB"
    q() {
        printf '%s\n' "$1" | mariadb --no-defaults -S "$RBK_MARIADB" -u rbk -D claims --batch --skip-column-names || bad "mariadb $1"
    }
    printf '%s\n' 'DROP DATABASE IF EXISTS claims; CREATE DATABASE claims' | mariadb --no-defaults -S "$RBK_MARIADB" -u rbk
    two_hosts
else
    kind=postgres lock=rbk.lock
    export MAIN="postgresql://rbk@/claims?host=$RBK_PG"
    q() {
        sql -h "$RBK_PG" -U rbk -d claims -c "$1"
    }
    with PGHOST="$RBK_PG" PGUSER=rbk new_database claims
    two_hosts

    kind=sqlite lock=rbk_lock
    export MAIN="$WORK/claims.db"
    q() {
        sqlite3 -cmd '.timeout 10000' "$WORK/claims.db" "$1" || bad "sqlite3 $1"
    }
    two_hosts
fi
done_testing
