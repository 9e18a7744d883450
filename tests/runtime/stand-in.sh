# stand-in.sh: stands in for every engine where a script is about the runner alone.
#
# Copied over each engine of a bundle. A step is its shell code, a check is its shell code, a backup is a file.

because() {
    export answer_detail="$2"
    return "$1"
}

load_target() { export target_kind=''; }
target_connect() { return 0; }
target_probe() { because 0 'answers'; }
sql_unit() { host_run '' '' sh "$3"; }
sql_unit_recorded() { return 1; }

check_ask() {
    command . "$RBK_HOME/checks/$1.conf"
    sh "$RBK_HOME/${check_file-}"
    asked_status=$?
    because "$asked_status" "it said $asked_status"
}

check_show() { check_ask "$1" || :; }
check_capture() { sh "$RBK_HOME/checks/$1.sh" >"$2"; }

host_run() {
    if [ -n "$2" ]; then cd "$2" || return 2; fi
    "$3" -eu "$4" </dev/null
    because "$?" "it ended with status $?"
}

backup_take() { sh -eu "$RBK_HOME/backups/$1/take.sh" "$2" || because 1 'the take failed'; }
backup_verify() { [ -s "$2" ]; }
backup_restore() { RBK_BACKUP_FILE=$2 sh -eu "$RBK_HOME/backups/$1/restore.sh"; }
