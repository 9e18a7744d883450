# engines.sh: the engines, called one function at a time in the shell under test.
#
# Sourced after lib.sh by scripts that ask an engine directly. Owns the scratch bundle that the engines read.

mkdir -p "$RBK_STATE/tmp" "$RBK_HOME/targets" "$RBK_HOME/checks" "$RBK_HOME/flags" "$RBK_HOME/backups" "$WORK/bin"
ln -s "$RBK_SOURCE/runtime/lib" "$RBK_HOME/lib"

# engine FUNCTION ARGUMENT...
engine() {
    $RBK_SHELL "$RBK_TESTS/engine.sh" "$@"
}

# target NAME KEY=VALUE...: `kind` and the rest of a target's file.
target() {
    target_file=$RBK_HOME/targets/$1.conf
    shift
    for pair do
        printf "target_%s='%s'\n" "${pair%%=*}" "${pair#*=}"
    done >"$target_file"
}

# check NAME KEY=VALUE...
check() {
    check_file=$RBK_HOME/checks/$1.conf
    shift
    for pair do
        printf "check_%s='%s'\n" "${pair%%=*}" "${pair#*=}"
    done >"$check_file"
}

# code NAME TEXT: what a check asks.
code() {
    printf '%s\n' "$2" >"$RBK_HOME/checks/$1"
}

# answers STATUS NAME KEY=VALUE...: a check with these keys is asked.
answers() {
    answers_status=$1 answers_name=$2
    shift 2
    check asked "$@"
    expect "$answers_status" "$answers_name" engine check_ask asked
}

# unit NAME TEXT: a unit of SQL; do_unit TARGET tx|auto NAME KEY carries it out.
unit() {
    printf '%s\n' "$2" >"$WORK/$1.sql"
}

do_unit() {
    engine sql_unit "$1" "$2" "$WORK/$3.sql" "$4"
}
