# status.sh: where things stand, which scenarios apply now, and what to type next.
#
# Owns the summary an operator sees first, half asleep. It reads; it never connects and never writes.

status() {
    say_title "${plan_title-}${plan_version:+ $plan_version}"
    status_lock
    status_changes
    status_begun
    status_run
    status_next
}

# What is lost is told by the clock that starts with T.
status_begun() {
    status_t=$(started_stamp)
    [ -z "$status_t" ] || say "T was $status_t."
}

# status_lock: who is at work. What is told then is of this moment.
status_lock() {
    [ -d "${lock_directory:?}" ] || return 0
    if lock_stale; then
        warn "The lock of $(lock_line) is still there, but that process is gone."
    else
        warn "Locked: ${lock_reason-}."
    fi
}

# status_under_way CHANGE: is it what somebody works on at this moment?
status_under_way() {
    lock_at_work || return 1
    under_way=$(run_open)
    [ -n "$(state_query 'event == "change" && item == name { state = first; of = run } END { if (state == "begun" && of == r) print 1 }' \
        "name=$1" "r=${under_way%% *}")" ]
}

status_changes() {
    [ -n "${plan_changes-}" ] || return 0
    say "Changes:"
    status_titles=$(list_titles prepare && list_titles forward)
    for status_change in $plan_changes; do
        status_title=$(printf '%s\n' "$status_titles" | awk -v "name=$status_change" '$1 == name { sub(/^[^ ]* /, ""); print; exit }')
        status_title="$status_change${status_title:+: $status_title}"
        case $(change_state "$status_change") in
            none) say "  not applied  $status_title" ;;
            applied) say_good "  applied      $status_title" ;;
            undone) say "  undone       $status_title" ;;
            *)
                if status_under_way "$status_change"; then
                    say "  under way    $status_title"
                    continue
                fi
                say_bad "  UNKNOWN      $status_title"
                settle_parts "$status_change" | while IFS= read -r status_part; do say "      $status_part"; done
                ;;
        esac
    done
}

status_run() {
    status_open=$(run_open)
    if [ -n "$status_open" ]; then
        read -r status_id status_program status_why <<END
$status_open
END
        if [ "$status_why" = running ] && lock_at_work; then
            say "The $(program_name "$status_program") is under way."
        else
            warn "The $(program_name "$status_program") $(run_words "$status_why")."
        fi
        say_aside "  run $status_id"
        status_reason=$(state_query 'run == r && event == "run-ended" { why = third } event == "run-resumed" { why = "" } END { print why }' "r=$status_id")
        case $status_reason in '' | .) ;; *) warn "  $status_reason" ;; esac
        status_steps "$status_id" "$status_program"
        return
    fi
    read -r status_id status_program status_how <<END
$(run_last)
END
    [ -n "$status_id" ] || return 0
    case $status_how in
        'done') status_how='reached its end' ;;
        aborted) status_how='was given up' ;;
        refused) status_how='was refused' ;;
        left) status_how="was left for the scenario $(run_left_for), which has not begun" ;;
        superseded) status_how='gave way to a scenario' ;;
    esac
    status_until=$(state_query 'run == r && event == "bounds" && third != "-" { print third }' "r=$status_id")
    if [ -n "$status_until" ] && [ "$status_how" = 'reached its end' ]; then
        status_how="reached the end of the phase $status_until"
    fi
    say "Last: the $(program_name "$status_program") $status_how."
    say_aside "  run $status_id"
}

# status_steps RUN PROGRAM names the steps that are neither done nor untouched.
status_steps() {
    for status_step in $(list_steps "$2"); do
        case $(step_state "$1" "$status_step") in
            begun)
                if lock_at_work; then
                    say "  $status_step: under way"
                else
                    warn "  $status_step: begun; whether it had its effect is not known"
                fi
                ;;
            effect) warn "  $status_step: done, not verified" ;;
            failed) warn "  $status_step: failed" ;;
            failed-over) warn "  $status_step: failed, its fallback is under way" ;;
            by-fallback) say "  $status_step: done by its fallback" ;;
        esac
    done
}

status_next() {
    say "Next:"
    if lock_at_work; then
        say_next "status    looks again, when it has ended or was stopped"
        return
    fi
    if [ -n "$status_open" ]; then
        say_next "resume    goes on where it stood"
        say_next "abort     gives it up, which turns nothing back"
        case $status_program:$status_why in
            *:running) ;;
            prepare:* | forward:*) status_scenarios ;;
        esac
        return
    fi
    status_left=$(claims_left)
    [ -z "$status_left" ] || say_next "resume    gives back what the last run still holds: ${status_left% }"
    status_missing=$(run_missing prepare)
    if [ -n "$status_missing" ]; then
        say_next "check"
        say_next "prepare"
        status_ahead prepare "$status_missing"
    else
        status_missing=$(run_missing forward)
        if [ -n "$status_missing" ]; then
            say_next "forward"
            status_ahead forward "$status_missing"
        fi
    fi
    status_scenarios
    [ -z "$status_id" ] || say_next "report"
}

# status_ahead PROGRAM MISSING says where it begins, how much there is to do, and how long that takes.
status_ahead() {
    status_time=$(time_left "$1" - "$(run_counted "$1")")
    status_time=$(time_words "${status_time% *}" "${status_time#* }")
    say "      $(list_items "$1" | awk -v "missing=$2" '
        $1 == "phase" { phase = $2 }
        $1 == "step" { all++ }
        $1 == "step" && index(" " missing " ", " " $2 " ") { if (!left++) first = phase }
        END { printf "%s%s of %s step%s to do", (first == "" ? "" : "begins with the phase " first "; "), left, all, (all == 1 ? "" : "s") }')${status_time:+; $status_time}"
}

# status_scenarios lists the scenarios that apply now, with what they take and cost.
status_scenarios() {
    for status_scenario in ${plan_scenarios-}; do
        (
            scenario_load "$status_scenario" && [ -z "${scenario_part-}" ] || exit 0
            gate_applies >/dev/null || exit 0
            status_left=$(gate_time_left)
            loss_know
            status_takes=$(time_left "scenarios/$status_scenario")
            status_takes=$(time_words "${status_takes% *}" "${status_takes#* }")
            say_next "run $status_scenario"
            say "      ${scenario_title-}${status_takes:+; $status_takes}${status_left:+; to be started within $(duration "$status_left")}"
            if [ -n "${scenario_loss-}" ]; then
                say_bad "      $scenario_loss"
            elif [ -z "${scenario_forward-}" ]; then
                say "      loses nothing that the plan knows of"
            fi
        )
    done
}
