# walk.sh: a program carried out, call by call: phases and blocks.
#
# Owns where the walk is: whether it has stopped and why, what is being passed over, which items are
# wanted. Once it has stopped every later call does nothing, so that the file of steps is read to
# its end in any case. Refuses to know how a step is done (step.sh) or a person asked (decide.sh).

walk_stopped='' walk_outcome='' walk_status=0 walk_next=''
walk_reason=''          # why it has stopped, in one line
walk_skipping=''        # the block that is being passed over
walk_seeking=''         # --from: the step where the walk begins
walk_only=''            # --only: the one step that is wanted
walk_until=''           # forward PHASE: the last phase that is wanted
walk_phase_now='' walk_external=''
walk_counted=''         # steps of earlier runs that still count as done
walk_order=''           # all steps, in order
walk_fallbacks=''       # fallbacks that were entered and not left: innermost first, each BLOCK:STEP

# walk_begin_at PROGRAM FROM ONLY UNTIL COUNTED sets out.
walk_set_out() {
    walk_stopped='' walk_outcome='' walk_status=0 walk_next='' walk_reason=''
    walk_skipping='' walk_phase_now='' walk_external='' walk_fallbacks=''
    walk_seeking=$2 walk_only=$3 walk_until=$4 walk_counted=$5
    walk_order=$(list_steps "$1" | tr '\n' ' ')
}

# walk_stop STATUS OUTCOME REASON: nothing more is done in this run.
walk_stop() {
    [ -z "$walk_stopped" ] || return 0
    walk_stopped=yes walk_status=$1 walk_outcome=$2 walk_reason=${3%%"$NEWLINE"*}
    [ -z "$3" ] || warn "$3"
}

# walk_leave SCENARIO: the run ends here for good, and that scenario follows.
walk_leave() {
    walk_stop 1 left ''
    walk_next=$1
}

walk_why() {
    printf '%s' "$walk_reason"
}

# walk_result prints how the walk ended: status, outcome, and the scenario that follows or `-`.
walk_result() {
    printf '%s %s %s' "$walk_status" "${walk_outcome:-done}" "${walk_next:--}"
}

walk_idle() {
    [ -n "$walk_stopped$walk_skipping" ]
}

# walk_wanted STEP: with --from and --only, is this one of those?
walk_wanted() {
    if [ "$walk_seeking" = "$1" ]; then
        walk_seeking=''
    fi
    [ -z "$walk_seeking" ] || return 1
    [ -z "$walk_only" ] || [ "$walk_only" = "$1" ]
}

# walk_item_state ID prints what became of it, in this run or in one that counts.
walk_item_state() {
    walk_state=$(step_state "${journal_run:?}" "$1")
    if [ "$walk_state" = none ] && listed "$1" "$walk_counted"; then
        walk_state='done'
    fi
    printf '%s' "$walk_state"
}

# walk_number STEP prints its place, as in `step 3 of 7`.
walk_number() {
    walk_place=0 walk_total=0
    for walk_each in $walk_order; do
        walk_total=$((walk_total + 1))
        [ "$walk_each" != "$1" ] || walk_place=$walk_total
    done
    printf '%s of %s' "$walk_place" "$walk_total"
}

walk_phase() {
    ! walk_idle || return 0
    if [ -n "$walk_until" ] && [ "$walk_phase_now" = "$walk_until" ]; then
        walk_stop 0 'done' ''
        return 0
    fi
    walk_phase_now=$1
    fields "$@"
    walk_external=${step_external-}
    [ -z "$walk_seeking$walk_only" ] || return 0
    if [ "${step_at-}" = 0 ] && [ -z "$walk_counted" ] && ! run_has "$journal_run" T -; then
        journal_or_stop T - "$1"
    fi
    say_title "$2"
    [ -z "$walk_external" ] || say "  carried out by $walk_external"
}

walk_step() {
    ! walk_idle || return 0
    walk_wanted "$1" || return 0
    step_walk "$@"
}

walk_choose() {
    ! walk_idle && [ -z "$walk_seeking$walk_only" ] || return 0
    decide_choose "$@"
}

walk_decision() {
    ! walk_idle && [ -z "$walk_seeking$walk_only" ] || return 0
    decide_decision "$@"
}

# walk_begin KIND ID TITLE KEY=VALUE...
walk_begin() {
    ! walk_idle || return 0
    walk_kind=$1
    shift
    fields "$@"
    case $walk_kind in
        option) decide_chosen "${step_choose-}" "${step_option-}" || walk_skipping=$1 ;;
        fallback) walk_fallback "$1" "${step_of-}" ;;
        parallel)
            parallel_run "$@"
            walk_skipping=$1
            ;;
        *) walk_enter "$@" ;;
    esac
}

# With --from and --only a block is only what its steps stand in: what is wanted was named by hand.
walk_enter() {
    if [ -n "$walk_seeking$walk_only" ] || run_has "$journal_run" entered "$1"; then
        return 0
    fi
    if run_has "$journal_run" skipped "$1"; then
        walk_skipping=$1
        return 0
    fi
    guard_passes "$@"
    case $? in
        0) ;;
        1)
            journal_or_stop skipped "$1" "${guard_reason-}"
            say_aside "$2: passed over, ${guard_reason-}"
            walk_skipping=$1
            return 0
            ;;
        *) return 0 ;;
    esac
    if [ -n "${step_approve-}" ]; then
        gate_approve "$1" "$1" "$step_approve" "${step_other-}" "$2" || return 0
    fi
    journal_or_stop entered "$1"
    say_title "$2"
}

walk_fallback() {
    if [ "$(walk_item_state "$2")" = failed-over ] || listed "$walk_only" "$(fallback_steps "$1")"; then
        walk_fallbacks="$1:$2 $walk_fallbacks"
    else
        walk_skipping=$1
    fi
}

walk_end() {
    if [ "$walk_skipping" = "$1" ]; then
        walk_skipping=''
        return 0
    fi
    case $walk_fallbacks in
        "$1:"*)
            walk_owner=${walk_fallbacks%% *}
            walk_fallbacks=${walk_fallbacks#* }
            ! walk_idle && [ -z "$walk_seeking$walk_only" ] || return 0
            fallback_end "${walk_owner#*:}"
            ;;
    esac
}
