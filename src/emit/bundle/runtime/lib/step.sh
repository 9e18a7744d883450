# step.sh: one step, from its guards to its verification.
#
# Owns the order: conditions, the state of its change, needs, confirmation, doing with retry and timeout, verification;
# and that the journal says `started` before anything is done, and `effect` before it is verified, so that
# after a crash each of them is repeated only where that is right. Refuses to know what doing is: that is
# the business of the step's own process (step-main.sh).

step_now=''

# step_is_under_way ID notes it, so that the handler of a signal can call step_cut_short.
step_is_under_way() {
    step_now=$1
}

step_cut_short() {
    [ -z "$step_now" ] || journal interrupted "$step_now"
}

# step_walk ID TITLE KEY=VALUE...
step_walk() {
    fields "$@"
    step_was=$(walk_item_state "$1")
    case $step_was in
        'done' | skipped | by-fallback | failed-over) return 0 ;;
        effect)
            if [ "$(option_value assume "$1")" = redo ]; then
                settle_assumed "$1" || step_was=begun
            fi
            ;;
    esac
    say_title "step $(walk_number "$1")  $1: $2$(step_estimate)"
    [ -z "${step_note-}" ] || say_aside "  $step_note"
    if [ "$step_was" = none ] || [ "$step_was" = failed ]; then
        step_fresh "$@" || return 0
    elif [ "$step_was" = begun ]; then
        step_settle "$@" || return 0
    fi
    step_verify "$@"
}

# The step's own time, and on a screen that of all that is still to come.
step_estimate() {
    step_words=''
    [ "${step_effect-}" != undo ] || changes_there "${step_change-} ${step_undoes-}" || return 0
    [ -z "${step_takes-}" ] || step_words="about $(duration "$step_takes")"
    if [ "${say_width:-0}" -gt 0 ] && [ -z "${walk_only-}${branch_item-}" ]; then
        step_rest=$(time_left "${journal_program:?}" "${journal_run:?}" "${walk_counted-}")
        step_rest=$(time_words "${step_rest% *}" "${step_rest#* }")
        [ -z "$step_rest" ] || [ "$step_rest" = "$step_words" ] || step_words="$step_words${step_words:+; }still to do: $step_rest"
    fi
    [ -z "$step_words" ] || printf '  (%s)' "$step_words"
}

# step_fresh ...: 0 when its effect is there and it is to be verified; otherwise it is over with.
step_fresh() {
    guard_skips "$@"
    case $? in
        0)
            step_skip "$1" "${guard_reason-}"
            return 1
            ;;
        2) return 1 ;;
    esac
    step_change_wants "$1"
    case $? in
        0) ;;
        1) return 0 ;;
        *) return 1 ;;
    esac
    step_carry_out "$@"
}

# step_settle ...: a step that was begun and has no end.
step_settle() {
    settle_step "$1" "$2"
    case $? in
        0)
            step_changes_are "$1" "$(step_aim)"
            journal_or_stop effect "$1" settled
            ;;
        1)
            journal_or_stop redo "$1"
            step_carry_out "$@"
            ;;
        *) return 1 ;;
    esac
}

step_carry_out() {
    guard_needs "$@" || return 1
    guard_confirm "$@" || return 1
    if [ "${step_kind-}" = manual ] || [ -n "${walk_external-}" ]; then
        step_manual "$@"
    else
        step_do "$@"
    fi
}

step_skip() {
    journal_or_stop skipped "$1" "$2"
    say_aside "  passed over: $2"
}

# --- doing --------------------------------------------------------------------

step_do() {
    step_log=$(guard_log "$1")
    step_tries=0
    step_before=$(step_change_states)
    while :; do
        step_tries=$((step_tries + 1))
        step_is_under_way "$1"
        journal_or_stop started "$1" "$step_tries" "${step_takes-}" "$2"
        step_changes_are "$1" begun
        step_started=$(journal_second)
        printf -- '--- %s: %s, attempt %s\n' "$(journal_when)" "$1" "$step_tries" >>"$step_log"
        step_process "$@"
        step_status=$?
        step_is_under_way ''
        [ "$step_status" -ne 0 ] || break
        if [ "$step_status" -eq 4 ]; then
            journal_or_stop redo "$1"
            walk_stop 4 pending "$2 waits: ${child_answer-}"
            return 1
        fi
        if [ "$step_tries" -gt "${step_retry:-0}" ]; then
            if child_left_nothing; then
                for step_each in $step_before; do
                    journal_or_stop change "${step_each%%=*}" "${step_each#*=}" "$1"
                done
            else
                step_changes_are "$1" unknown
            fi
            fallback_after "$1" "$2" "$(step_ended_how)" "${child_answer:-it ended with status $step_status}"
            return 1
        fi
        journal_or_stop retried "$1" "$step_tries" "${child_answer-}"
        warn "  failed: ${child_answer:-status $step_status}; again in $(duration "${step_every:-0}") ($((${step_retry:-0} - step_tries + 1)) left)"
        pause "${step_every:-0}"
    done
    step_changes_are "$1" "$(step_aim)"
    journal_or_stop effect "$1" "$(($(now) - step_started))"
    step_tell
}

# A step that was killed or stopped in the middle may have had its effect, and is settled before it is done again; one that may be
# tried several times anyway is not.
step_ended_how() {
    if child_was_cut_short && [ "${step_retry:-0}" -eq 0 ]; then printf cut; else printf 'do'; fi
}

# step_process ID TITLE FIELD... runs the step's process.
step_process() {
    case $step_kind in
        verify) step_process_verify "$1" ;;
        send) message_send "$@" ;;
        restore)
            artifact_for_restore "${step_backup-}" || return 1
            child_run yes "${step_timeout-}" "$step_log" 'do' "$@"
            ;;
        *) child_run yes "${step_timeout-}" "$step_log" 'do' "$@" ;;
    esac
}

# What people are asked is asked by the runner: 4 when nobody is there.
step_process_verify() {
    if [ -z "$(guard_asks "${step_check-}")" ]; then
        child_run no "${step_timeout-}" "$step_log" ask "$step_check"
        return
    fi
    guard_check "$1" "$step_check"
    step_asked=$?
    child_refuse "$guard_reason"
    [ -z "$guard_pending" ] || return 4
    return "$step_asked"
}

# What a step of the author's has to say stands in its output; these have an answer of their own.
step_tell() {
    case $step_kind in
        verify) say "  yes${child_answer:+ ($child_answer)}" ;;
        take | restore | set) [ -z "${child_answer-}" ] || say "  $child_answer" ;;
    esac
}

# --- after --------------------------------------------------------------------

# step_verify ...: asks each check the step promises; then it is done.
step_verify() {
    for step_check_name in ${step_verify-}; do
        guard_check "$1" "$step_check_name" || {
            if [ -n "$guard_pending" ]; then
                guard_stop "$2 waits to be verified"
                return 0
            fi
            fallback_after "$1" "$2" verify "${guard_reason-}"
            return 0
        }
        say "  ${guard_reason-}"
    done
    step_record "$@"
    journal_or_stop "done" "$1" "$(step_spent "$1")"
    say_good "  ${branch_item:+$1: }done$(step_words)"
}

# step_spent ID prints the seconds since it was started in this run.
step_spent() {
    step_from=$(state_query 'run == r && event == "started" && item == name { at = seconds } END { print at }' "r=${journal_run:?}" "name=$1")
    [ -z "$step_from" ] || printf '%s' "$(($(now) - step_from))"
}

step_words() {
    step_words=''
    [ -z "${step_freezes-}" ] || step_words="$step_words; from here on writes are held back from $step_freezes"
    [ -z "${step_thaws-}" ] || step_words="$step_words; writes go through again to $step_thaws"
    [ -z "${step_stops-}" ] || step_words="$step_words; $step_stops is stopped"
    [ -z "${step_starts-}" ] || step_words="$step_words; $step_starts runs again"
    printf '%s' "$step_words"
}

# step_record ID TITLE FIELD...: what is to be written down is asked for, if somebody is there.
step_record() {
    for step_field do
        case $step_field in record=*) ;; *) continue ;; esac
        step_field=${step_field#record=}
        message_ask_slot "${step_field%%:*}" "${step_field#*:}" || :
    done
}
