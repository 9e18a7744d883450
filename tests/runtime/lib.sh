# lib.sh: the words in which a script says what it expects.
#
# Owns counting, waiting, and holding a lock in another session. A script sources it by `command . "$RBK_TESTS/lib.sh"` and ends
# with `done_testing`. Refuses to start a server or to know what is tested. From the environment: RBK_TESTS (this folder),
# RBK_SOURCE (src/emit/bundle), RBK_SHELL (the shell under test), RBK_WORK (an empty folder, removed by who made it), RBK_PG (the
# folder of a PostgreSQL socket; only where a script asks one), RBK_MARIADB (the path of a socket; the same).

set -u
WORK=$RBK_WORK
export PGHOST="${RBK_PG-}" PGUSER=rbk PGCONNECT_TIMEOUT=30
export RBK_STATE="$WORK/state" RBK_HOME="$WORK/bundle"
passed=0 failed=0

ok() {
    passed=$((passed + 1))
}

bad() {
    failed=$((failed + 1))
    printf 'FAILED  %s\n' "$1"
    [ ! -s "$WORK/out" ] || tail -n 20 "$WORK/out" | sed 's/^/        | /'
}

# expect STATUS NAME COMMAND... runs it with nobody at a terminal and keeps its words; STATUS `fail` is any but 0 and 127.
expect() {
    wanted=$1 name=$2
    shift 2
    "$@" >"$WORK/out" 2>&1 </dev/null
    got=$?
    case $wanted:$got in
        fail:0 | fail:127) bad "$name (status $got)" ;;
        "$got:$got" | fail:*) ok ;;
        *) bad "$name (status $got, expected $wanted)" ;;
    esac
}

# says TEXT NAME: did the last command say so? TEXT is a basic regular expression.
says() {
    if grep -q -e "$1" "$WORK/out"; then ok; else bad "$2 (not said: $1)"; fi
}

silent_about() {
    if grep -q -e "$1" "$WORK/out"; then bad "$2 (said: $1)"; else ok; fi
}

# that NAME COMMAND... holds when the command does; never NAME COMMAND... when it does not.
that() {
    name=$1
    shift
    if "$@"; then ok; else bad "$name"; fi
}

never() {
    name=$1
    shift
    if "$@"; then bad "$name"; else ok; fi
}

same() {
    if [ "$1" = "$2" ]; then
        ok
    else
        printf 'got      %s\nexpected %s\n' "$1" "$2" >"$WORK/out"
        bad "$3"
    fi
}

same_file() {
    if diff "$1" "$2" >"$WORK/out"; then ok; else bad "$3"; fi
}

# with NAME=VALUE... COMMAND...: the command, a function too, in an environment of its own.
with() (
    while case $1 in *=*) true ;; *) false ;; esac; do
        export "${1?}"
        shift
    done
    "$@"
)

# wait_until NAME COMMAND...: no longer than needed, and two minutes are in vain: the machine may be busy.
wait_until() {
    name=$1
    shift
    patience=1200
    until "$@" 2>/dev/null; do
        patience=$((patience - 1))
        if [ "$patience" -eq 0 ]; then
            bad "waited in vain until $name"
            return 1
        fi
        sleep 0.1
    done
}

# gone PID: it has ended; a zombie has.
gone() {
    case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in
        '' | Z*) true ;;
        *) false ;;
    esac
}

# command_lines prints the arguments of every process, one a line.
command_lines() {
    for process in /proc/[0-9]*/cmdline; do
        tr '\000\n' '  ' <"$process"
        printf '\n'
    done 2>/dev/null
}

names_in() {
    # The shell's own order is that of LC_ALL=C in every shell under test.
    for entry in "$1"/*; do
        [ ! -e "$entry" ] || printf '%s ' "${entry##*/}"
    done
}

mode_of() {
    # Nothing but `ls` tells a file's mode everywhere, and these files have plain names.
    find "$1" -prune -exec ls -l {} \; | cut -c 1-10
}

# --- another session ----------------------------------------------------------------

# hold SQL CLIENT...: another session carries it out and stays, until `release`. What a script then leaves in the background has
# to close 9, or the session stays on with it.
hold() {
    held=$1
    shift
    rm -f "$WORK/hold" "$WORK/held"
    mkfifo "$WORK/hold"
    "$@" <"$WORK/hold" >"$WORK/held" 2>&1 &
    holder=$!
    exec 9>"$WORK/hold"
    printf '%s\n%s\n' "$held" "SELECT 'held';" >&9
    wait_until "another session holds: $held" grep -q held "$WORK/held"
}

release() {
    exec 9>&-
    wait "$holder"
}

# sql ARGUMENT...: what has to work for the rest to mean anything.
sql() {
    psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" </dev/null || bad "psql $*"
}

# new_database NAME [OWNER]: an empty one, whatever an earlier run by hand has left on the server.
new_database() {
    sql -d postgres -c 'SET client_min_messages = warning' -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" \
        -c "CREATE DATABASE $1 ${2:+OWNER $2} TEMPLATE template0"
}

done_testing() {
    printf '%s: %s passed, %s failed\n' "${0##*/}" "$passed" "$failed"
    [ "$failed" -eq 0 ]
}
