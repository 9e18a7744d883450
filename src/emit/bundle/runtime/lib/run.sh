# run.sh: a program from its first step to its outcome.
#
# Owns the life of a run: its id, its beginning and end in the journal, what a signal does to it, what is said when it
# is over. The outcome is written down here, by the parent; never in an EXIT trap, which some shells do not
# run when they are killed, and others run with status 0.

run_chosen=''           # the id of the run that is about to begin, where it was needed before

# run_new PROGRAM FROM ONLY UNTIL begins a run.
run_new() {
    run_belongs "${run_chosen:-$(run_name)}" "$1"
    run_chosen=''
    journal_or_stop run-started "$1" "$(operator)" "$(host_name)" "$$"
    journal_or_stop bounds - "${2:--}" "${3:--}" "${4:--}"
    params_record || die 3 "cannot write the journal"
    slots_record
}

run_name() {
    printf '%s-%s' "$(date -u '+%Y%m%d-%H%M%S')" "$$"
}

# What fills messages is remembered for those that are sent after an interruption.
slots_record() {
    option_each slot >"$RBK_STATE/tmp/slots"
    while IFS=$TAB read -r run_slot run_value; do
        journal_or_stop recorded "$run_slot" "$run_value" "by=$(operator)"
    done <"$RBK_STATE/tmp/slots"
}

run_belongs() {
    RBK_RUN=$1 RBK_PROGRAM=$2 RBK_OPERATOR=$(operator)
    export RBK_RUN RBK_PROGRAM RBK_OPERATOR
    journal_for "$1" "$2"
}

# run_carry_out PROGRAM FROM ONLY UNTIL: gate and walk of the current run; then the scenarios that follow from it. Ends
# the process with the status of the last.
run_carry_out() {
    run_signals
    walk_set_out "$1" "$2" "$3" "$4" "$(run_counted "$1")"
    run_gate "$1" && program_visit walk "$1"
    walk_result >"$RBK_STATE/tmp/outcome"
    read -r run_status run_outcome run_next <"$RBK_STATE/tmp/outcome" || :
    journal run-ended "$run_outcome" "$run_status" "$run_next" "$(walk_why)" || {
        warn "The journal can't be written: the end of this run is not on record."
        run_status=1
    }
    run_tell "$1" "$run_outcome" "$3" "$4"
    if [ "$run_next" != - ]; then
        run_follow "$run_next"
        return
    fi
    claims_give_back
    lock_release
    exit "$run_status"
}

# run_follow SCENARIO: what an `else run` or a decision leads to. It has its own gate.
run_follow() {
    scenario_load "$1" || die 3 "there is no scenario $1"
    say_title "Scenario $1: ${scenario_title-}"
    run_new "scenarios/$1" '' '' ''
    run_carry_out "scenarios/$1" '' '' ''
}

# run_gate PROGRAM: a scenario's gate is passed once; resumed, the run goes on behind it.
run_gate() {
    case $1 in
        scenarios/*) ;;
        *) return 0 ;;
    esac
    scenario_load "${1#scenarios/}" || die 3 "there is no scenario ${1#scenarios/}"
    ! run_has "$RBK_RUN" gate-passed - || return 0
    gate_open "${1#scenarios/}" && journal_or_stop gate-passed -
}

# run_counted PROGRAM prints the steps of the preparation or the forward run that an earlier run has done and that
# still count: no scenario that undid something has finished since, or they stand before the last change
# that is still applied; and their own change has not been undone.
run_counted() {
    case $1 in
        prepare | forward) ;;
        *) return 0 ;;
    esac
    {
        list_items prepare | sed 's/^/item prepare /'
        list_items forward | sed 's/^/item forward /'
        state_query 'event == "change" { state[item] = first } END { for (name in state) print "change", name, state[name] }'
        steps_counted "$1" | sed 's/^/counted /'
    } | awk -v "program=$1" '
        $1 == "item" { place++; owner[place] = $2; id[place] = $4; change[place] = $5 }
        $1 == "change" { state[$2] = $3 }
        $1 == "counted" { counted[$2] = $3 }
        END {
            for (i = 1; i <= place; i++) if (state[change[i]] ~ /^(applied|unknown|begun)$/) floor = i
            for (i = 1; i <= place; i++) {
                if (owner[i] != program || state[change[i]] ~ /^(undone|none)$/) continue
                if (counted[id[i]] == "before" || counted[id[i]] == "after" && i <= floor) printf "%s ", id[i]
            }
        }'
}

# run_missing PROGRAM prints the steps that have not been done and count.
run_missing() {
    missing_counted=$(run_counted "$1")
    for missing_step in $(list_steps "$1"); do
        listed "$missing_step" "$missing_counted" || printf '%s ' "$missing_step"
    done
}

# --- signals ----------------------------------------------------------------------

run_signals() {
    trap 'run_interrupted HUP 129' HUP
    trap 'run_interrupted INT 130' INT
    trap 'run_interrupted TERM 143' TERM
}

# The steps are stopped first, then it is written down, then the signal does to us what it was sent for, so that
# whoever called sees it.
run_interrupted() {
    trap '' HUP INT TERM
    run_under_way=${step_now:-${parallel_pids% }}
    parallel_stop
    child_stop
    step_cut_short
    # Its end may stand there already.
    [ -z "$(run_open)" ] || journal run-ended interrupted "$2" "$1"
    rmdir "$RBK_STATE/tmp/asking" 2>/dev/null
    lock_release
    run_tell_interrupted "$1" 2>/dev/null
    trap - "$1"
    kill -s "$1" "$$"
    exit "$2"
}

# The terminal may be gone, and with it whoever reads.
run_tell_interrupted() {
    say_title "Interrupted (signal $1)."
    if [ -z "$(run_open)" ]; then
        say "The $(program_name "$RBK_PROGRAM") had come to its end. Next:"
        run_left=$(claims_left)
        [ -z "$run_left" ] || say_next "resume    gives back what it still holds: ${run_left% }"
        say_next status
        return
    elif [ -n "$run_under_way" ]; then
        say "What was under way has been stopped: $(run_names "$run_under_way"). Whether it had its effect is not known; resume finds out, or asks."
    else
        say "Nothing was under way, so nothing was left half done."
    fi
    say "Next, one of:"
    say_next "resume    goes on where it stood"
    run_tell_ways "$RBK_PROGRAM"
}

# run_names STEP[:PROCESS]... prints the steps with commas.
run_names() {
    run_list=''
    for run_each in $1; do run_list="$run_list${run_list:+, }${run_each%%:*}"; done
    printf '%s' "$run_list"
}

# --- what is said at the end --------------------------------------------------------

# run_tell PROGRAM OUTCOME ONLY UNTIL
run_tell() {
    run_spent=$(($(now) - $(run_start "$RBK_RUN")))
    run_limit=''
    case $1 in
        scenarios/*) run_limit=${scenario_rto:-${plan_rto-}} ;;
    esac
    case $2 in
        'done')
            run_tell_done "$1" "$4"
            [ -z "$run_limit" ] || [ "$run_spent" -le "$run_limit" ] || warn "That was $(duration $((run_spent - run_limit))) too long."
            if [ -n "$3" ]; then
                warn "Only the step $3 was asked for: nothing is said about the rest."
            fi
            if run_fell_back; then
                warn "It got there by a fallback; the report says where."
            fi
            run_tell_next "$1"
            ;;
        failed)
            say_title "It has stopped at a step that failed. Nothing after it was done. Next, one of:"
            say_next "resume    when the cause is gone: goes on from that step"
            run_tell_ways "$1"
            ;;
        left) ;;
        *)
            say_title "Next, one of:"
            case $2 in
                refused) say_next "run ${1#scenarios/}    when what it needs is there" ;;
                *) say_next "resume" ;;
            esac
            run_tell_ways "$1"
            ;;
    esac
}

# run_tell_done PROGRAM UNTIL
run_tell_done() {
    run_left=''
    case $1 in prepare | forward) run_left=$(run_missing "$1") ;; esac
    if [ -z "$(state_query 'run == r && event == "started" { print 1; exit }' "r=$RBK_RUN")" ]; then
        say_title "Nothing was left to do in the $(program_name "$1")${2:+ up to the phase $2}."
    elif [ -n "$2" ] && [ -n "$run_left" ]; then
        say_title "The $(program_name "$1") has come to the end of the phase $2, after $(duration "$run_spent"). There is more to come."
    else
        say_title "The $(program_name "$1") has reached its end after $(duration "$run_spent")${run_limit:+, of $(duration "$run_limit") that it may take}."
    fi
}

# run_tell_next PROGRAM: what follows when all went well.
run_tell_next() {
    say "Next:"
    case $1 in
        prepare | forward)
            if [ -n "$(run_missing prepare)" ]; then
                say_next prepare
            elif [ -n "$(run_missing forward)" ]; then
                say_next forward
            fi
            [ "$1" = prepare ] || status_scenarios
            ;;
    esac
    say_next "report    what happened, for the record"
    say_next "status    where things stand"
}

run_tell_ways() {
    case $1 in
        prepare | forward) status_scenarios ;;
        *) say_next "abort     gives this run up, which turns nothing back" ;;
    esac
    say_next status
}

run_fell_back() {
    [ -n "$(state_query 'run == r && event == "done-by-fallback" { print 1; exit }' "r=$RBK_RUN")" ]
}
