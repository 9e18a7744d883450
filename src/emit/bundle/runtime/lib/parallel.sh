# parallel.sh: steps side by side.
#
# Owns starting each item of a parallel block in a shell of its own once what it waits for is done, and
# gathering how they ended. When one fails the others finish; nothing new begins. A branch reads the
# same file of steps with a visitor that sees nothing but its own item. Refuses to know what a step is.

parallel_pids=''        # branches under way, each ID:PID

# parallel_run BLOCK TITLE...
parallel_run() {
    parallel_items=$(siblings_of "${journal_program:?}" "$1")
    parallel_left=$(printf '%s\n' "$parallel_items" | awk '$2 == "-" { printf "%s ", $1 }')
    parallel_pids='' parallel_failed='' parallel_settled=''
    say_title "$2: $(printf '%s' "${parallel_left% }" | sed 's/ /, /g')"
    while [ -n "$parallel_left$parallel_pids" ]; do
        parallel_start_ready
        if [ -z "$parallel_pids" ]; then
            break
        fi
        parallel_gather
        case $parallel_status$parallel_next in
            0-) parallel_settled="$parallel_settled$parallel_item " ;;
            *) parallel_fail ;;
        esac
    done
}

# Begins every item whose `after` is done.
parallel_start_ready() {
    parallel_waiting=''
    for parallel_item in $parallel_left; do
        if [ -n "$parallel_failed" ]; then
            continue
        elif parallel_ready "$parallel_item"; then
            parallel_start "$parallel_item"
        else
            parallel_waiting="$parallel_waiting$parallel_item "
        fi
    done
    parallel_left=$parallel_waiting
}

parallel_ready() {
    for parallel_after in $(printf '%s\n' "$parallel_items" | awk -v "id=$1" '$1 == id { for (i = 3; i <= NF; i++) print $i }'); do
        listed "$parallel_after" "$parallel_settled" || return 1
    done
}

# The branch does nothing before its process stands in the journal: whoever comes after a crash must find it.
parallel_start() {
    parallel_gate=$RBK_STATE/tmp/branch.$1
    rm -f "$parallel_gate"
    parallel_branch "$1" </dev/null &
    parallel_pid=$!
    parallel_pids="$parallel_pids$1:$parallel_pid "
    journal_or_stop branch "$1" "$parallel_pid" "$(process_start "$parallel_pid")" "$(host_name)"
    : >"$parallel_gate"
}

parallel_branch() {
    lock_forget
    say_still
    trap 'branch_interrupted' HUP INT TERM
    until [ -e "$RBK_STATE/tmp/branch.$1" ]; do
        kill -s 0 "$$" 2>/dev/null || exit 1
        sleep 0.1 2>/dev/null || sleep 1
    done
    branch_item=$1 branch_depth=0 parallel_pids=''
    program_visit branch "${journal_program:?}"
    walk_result >"$RBK_STATE/tmp/result.$1.part"
    mv "$RBK_STATE/tmp/result.$1.part" "$RBK_STATE/tmp/result.$1"
    exit 0
}

# Waits until one of the branches has ended, whichever it is.
parallel_gather() {
    parallel_patience=0
    until parallel_ended; do
        sleep 0.1 2>/dev/null || sleep 1
        parallel_patience=$((parallel_patience + 1))
    done
    parallel_kept=''
    for parallel_each in $parallel_pids; do
        [ "$parallel_each" = "$parallel_pid" ] || parallel_kept="$parallel_kept$parallel_each "
    done
    parallel_pids=$parallel_kept
    parallel_item=${parallel_pid%%:*}
    wait "${parallel_pid#*:}"
    if [ -s "$RBK_STATE/tmp/result.$parallel_item" ]; then
        read -r parallel_status parallel_outcome parallel_next <"$RBK_STATE/tmp/result.$parallel_item" || :
        rm -f "$RBK_STATE/tmp/result.$parallel_item" "$RBK_STATE/tmp/branch.$parallel_item"
    else
        parallel_status=1 parallel_outcome=failed parallel_next=-
    fi
}

# parallel_ended: has one? It is then parallel_pid. That a branch was killed is looked for every two seconds only.
parallel_ended() {
    for parallel_pid in $parallel_pids; do
        [ ! -s "$RBK_STATE/tmp/result.${parallel_pid%%:*}" ] || return 0
        [ $((parallel_patience % 20)) -ne 19 ] || process_alive "${parallel_pid#*:}" || return 0
    done
    return 1
}

# The others finish. The gravest outcome is the block's: leaving for a scenario, then a failure, then a refusal,
# then waiting for somebody.
parallel_fail() {
    parallel_failed=yes
    set -- "$parallel_status" "$parallel_outcome" "$parallel_next"
    while [ -n "$parallel_pids" ]; do
        parallel_gather
        if [ "$(parallel_weight "$parallel_status" "$parallel_next")" -gt "$(parallel_weight "$1" "$3")" ]; then
            set -- "$parallel_status" "$parallel_outcome" "$parallel_next"
        fi
    done
    if [ "$3" = - ]; then
        walk_stop "$1" "$2" ''
    else
        walk_leave "$3"
    fi
}

parallel_weight() {
    case $1$2 in
        0-) printf 0 ;;
        4-) printf 1 ;;
        3-) printf 2 ;;
        *-) printf 3 ;;
        *) printf 4 ;;
    esac
}

# --- in the branch --------------------------------------------------------------

branch_phase() { :; }

branch_step() {
    if [ "$branch_depth" -gt 0 ] || [ "$1" = "$branch_item" ]; then
        branch_orphaned
        walk_step "$@"
    fi
}

branch_choose() { [ "$branch_depth" -eq 0 ] || walk_choose "$@"; }
branch_decision() { [ "$branch_depth" -eq 0 ] || walk_decision "$@"; }

branch_begin() {
    if [ "$branch_depth" -eq 0 ] && [ "$2" != "$branch_item" ]; then
        case " $* " in
            *" of=$branch_item "*) ;;
            *) return 0 ;;
        esac
    fi
    branch_depth=$((branch_depth + 1))
    walk_begin "$@"
}

branch_end() {
    [ "$branch_depth" -gt 0 ] || return 0
    branch_depth=$((branch_depth - 1))
    walk_end "$@"
}

# A branch whose runner has been killed finishes the step under way and begins no other.
branch_orphaned() {
    kill -s 0 "$$" 2>/dev/null || exit 1
}

branch_interrupted() {
    trap '' HUP INT TERM
    parallel_stop
    child_stop
    step_cut_short
    exit 143
}

# parallel_stop ends all branches; each ends its own step.
parallel_stop() {
    for parallel_each in $parallel_pids; do
        kill -s TERM "${parallel_each#*:}" 2>/dev/null || :
    done
    for parallel_each in $parallel_pids; do
        wait "${parallel_each#*:}" 2>/dev/null
    done
    parallel_pids=''
}
