# child.sh: a step's process: its output, its time, its end.
#
# Owns starting it in the background (a shell that waits hears signals, one that runs something in
# the foreground does not), the pipe through which its output is freed of secrets, the
# clock against which it runs, and the answer it leaves. Refuses to know what it does.

child_pid='' child_clock='' child_watch='' child_filter=''
child_answer='' child_clean=no child_cut=no
child_seen=no

# child_run SHOW TIMEOUT LOG ACTION ARGUMENT... runs lib/step-main.sh ACTION ARGUMENT... and returns its status: 0, 1, 2,
# or 124 when TIMEOUT seconds were not enough. SHOW is yes or no: whether the screen sees the output as well.
# What it answered, in one line, is then in child_answer.
child_run() {
    child_show=$1 child_timeout=$2 child_log=$3 child_seen=$1
    shift 3
    child_begin || {
        child_answer="cannot work in $RBK_TMP"
        return 2
    }
    child_filter_start
    exec 4>"$RBK_TMP/output"
    (
        # Ctrl-C is forwarded as TERM, once; not every shell shields a background process from it.
        trap '' INT
        exec $RBK_SHELL "$RBK_HOME/lib/step-main.sh" "$@"
    ) </dev/null >&4 2>&4 3<&- 4>&- &
    child_pid=$!
    child_watch_start
    wait "$child_pid"
    child_status=$?
    child_pid=''
    child_end
    return "$child_status"
}

# The child's own directory: pipe, answer, and whatever the step likes to keep there meanwhile.
child_begin() {
    RBK_TMP=$RBK_STATE/tmp/${child_log##*/}
    export RBK_TMP
    [ ! -e "$RBK_TMP" ] || rm -rf "$RBK_TMP"
    mkdir -p "$RBK_TMP" && mkfifo "$RBK_TMP/output"
}

# The filter outlives Ctrl-C and a lost terminal, so that the last words of a step reach its log.
child_filter_start() {
    redact_know
    child_ending="end of output $$ $(now)"
    child_margin="    ${branch_item:+$branch_item | }"
    say_moves && [ "$child_show" = yes ] && child_margin="$(printf '\r\033[K')    "
    (
        trap '' HUP INT TERM
        FILTER_LOG=$child_log FILTER_END=$child_ending FILTER_PREFIX=$child_margin FILTER_SCREEN=$child_show
        export FILTER_LOG FILTER_END FILTER_PREFIX FILTER_SCREEN
        redact_stream
    ) <"$RBK_TMP/output" 3<&- &
    child_filter=$!
}

child_watch_start() {
    child_watch='' child_clock=''
    if [ -n "$child_timeout" ]; then
        child_watch_over "$child_pid" "$child_timeout" </dev/null >/dev/null 2>&1 3<&- 4>&- &
        child_watch=$!
    fi
    if [ "$child_show" = yes ] && say_moves; then
        # What it has started when it is stopped has nobody to write to, and complains where broken pipes are ignored.
        say_clock "${step_takes-}" "$(run_start "${journal_run:?}")" </dev/null 2>/dev/null 3<&- 4>&- &
        child_clock=$!
    fi
}

# Looks once a second, so that little is left of it when the step is done earlier. It outlives a runner that was killed:
# the step's time is up all the same. By then its number may belong to another process, which is left alone.
child_watch_over() {
    trap - HUP INT TERM
    watch_start=$(process_start "$1")
    watch_spent=0
    while [ "$watch_spent" -lt "$2" ]; do
        watch_from=$(now)
        sleep 1
        kill -s 0 "$1" 2>/dev/null || return
        watch_spent=$((watch_spent + $(slept "$watch_from")))
    done
    process_alive "$1" "$watch_start" || return
    : >"$RBK_TMP/timed-out"
    process_stop "$1"
}

child_end() {
    # What the step left behind may hold the pipe open, so the filter is told where the output ends; if it has
    # gone before (a full disk), writing to it must not take the runner along.
    (printf '%s\n' "$child_ending" >&4) 2>/dev/null
    exec 4>&-
    wait "$child_filter" 2>/dev/null
    child_filter=''
    child_end_watch
    child_answer=''
    if [ -s "$RBK_TMP/answer" ]; then
        child_answer=$(redact_stream <"$RBK_TMP/answer" | tr '\n' ' ')
        child_answer=${child_answer% }
    fi
    child_clean=no child_cut=no
    [ ! -e "$RBK_TMP/clean" ] || child_clean=yes
    if [ -e "$RBK_TMP/timed-out" ]; then
        child_status=124
        child_clean=no child_cut=yes
        child_answer="it had not ended after $(duration "$child_timeout") and was stopped"
    elif [ "$child_status" -gt 128 ]; then
        child_clean=no child_cut=yes
        child_answer="it was killed by signal $((child_status - 128))"
    fi
    rm -rf "$RBK_TMP"
}

# A watch whose time has come is stopping a whole family of processes, of which the one that we waited for may have been
# the first to go: it is left to finish.
child_end_watch() {
    if [ -n "$child_watch" ] && [ -e "$RBK_TMP/timed-out" ]; then
        wait "$child_watch" 2>/dev/null
        child_watch=''
    fi
    for child_helper in $child_watch $child_clock; do
        kill "$child_helper" 2>/dev/null
        wait "$child_helper" 2>/dev/null
    done
    if [ -n "$child_clock" ]; then
        printf '\r\033[K'
    fi
    child_watch='' child_clock=''
}

# child_left_nothing: did the step that failed say that nothing of it stays?
child_left_nothing() {
    [ "$child_clean" = yes ]
}

# child_stop ends the child that is running, with all it has started. For the handler of a signal.
child_stop() {
    if [ -z "$child_pid" ]; then
        # Between two steps: what helps a step may have been started already, or not have ended yet.
        [ -z "$child_filter" ] || kill -s KILL "$child_filter" 2>/dev/null
        child_end_watch
        return 0
    fi
    process_stop "$child_pid"
    wait "$child_pid" 2>/dev/null
    child_pid=''
    child_status=143
    child_end
}

# child_was_cut_short: was it killed or stopped, and did not end by itself?
child_was_cut_short() {
    [ "$child_cut" = yes ]
}

# child_was_seen: has the screen seen what the last child had to say?
child_was_seen() {
    [ "$child_seen" = yes ]
}

# child_refuse WHY: what a step would have answered, had it been started; nothing of it stays.
child_refuse() {
    child_answer=$1
    child_clean=yes child_cut=no child_seen=no
}
