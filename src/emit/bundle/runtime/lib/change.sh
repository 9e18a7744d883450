# change.sh: what a step means for the state of its changes, and what that state means for the step.
#
# Owns: an apply of what is applied and an undo of what is not are not done; what is unknown is settled first; each step
# of a state is journalled before and after. Refuses to know how a change is made.

step_aim() {
    case ${step_effect-} in
        undo) printf undone ;;
        *) printf applied ;;
    esac
}

# step_change_wants ID: what the state of its change says: 0 do it, 1 it is there already (verify it), 2 over with.
step_change_wants() {
    case ${step_change:+change}${step_effect-} in
        changeapply) step_apply_wants "$1" ;;
        changeundo | undo) step_undo_wants "$1" ;;
        *) return 0 ;;
    esac
}

step_apply_wants() {
    step_state_now=$(change_state "${step_change-}")
    # What this step itself left half done goes on where it stood, if the database or an --assume knows.
    if [ "$step_state_now" = unknown ] && [ "${step_was-}" = failed ]; then
        step_failed_before "$1"
        return
    fi
    if [ "$step_state_now" = unknown ]; then
        settle_change "${step_change-}" "$1"
        case $? in
            0) step_state_now=applied ;;
            1) step_state_now=none ;;
            *) return 2 ;;
        esac
    fi
    [ "$step_state_now" = applied ] || return 0
    say_aside "  passed over: the change ${step_change-} is applied already"
    journal_or_stop effect "$1" 'applied already'
    return 1
}

step_undo_wants() {
    step_unknown='' step_applied_any=''
    for step_each in ${step_change-} ${step_undoes-}; do
        case $(change_state "$step_each") in
            applied) step_applied_any=yes ;;
            unknown) step_unknown="$step_unknown $step_each" ;;
        esac
    done
    [ -z "$step_applied_any" ] || return 0
    if [ -n "$step_unknown" ] && [ "${step_was-}" = failed ]; then
        step_failed_before "$1"
        return
    fi
    for step_each in $step_unknown; do
        settle_assumed "$1"
        case $? in
            0)
                step_changes_are "$1" undone
                journal_or_stop effect "$1" assumed
                return 1
                ;;
            1) return 0 ;;
        esac
        settle_change "$step_each" "$1"
        case $? in
            0) return 0 ;;
            2) return 2 ;;
        esac
    done
    case "${step_change-} ${step_undoes-}" in
        *[!\ ]\ [!\ ]*) step_skip "$1" "none of these is applied: $(printf '%s' "${step_change:+$step_change }${step_undoes-}" | sed 's/ /, /g')" ;;
        *) step_skip "$1" "${step_change-}${step_undoes-} is not applied" ;;
    esac
    return 2
}

# step_failed_before ID: it failed in this run and left its change unknown. What was one transaction after another goes on
# where it stood; anything else is settled as if it had been cut short.
step_failed_before() {
    settle_step "$1" "$1"
    case $? in
        0)
            step_changes_are "$1" "$(step_aim)"
            journal_or_stop effect "$1" settled
            return 1
            ;;
        1) return 0 ;;
        *) return 2 ;;
    esac
}

# step_changes_are ID STATE journals it for the step's change and, where a restore turns others back as well, for
# those of them that were not untouched. A restore never applies one, whatever the step itself is about.
step_changes_are() {
    [ -z "${step_change-}" ] || journal_or_stop change "${step_change-}" "$2" "$1"
    step_turned=$2
    [ "$step_turned" != applied ] || step_turned=undone
    for step_each in ${step_undoes-}; do
        case $step_each=$(change_state "$step_each") in
            "${step_change-}="* | *=none | *=undone) ;;
            *) journal_or_stop change "$step_each" "$step_turned" "$1" ;;
        esac
    done
}

# step_change_states prints CHANGE=STATE of each change it touches.
step_change_states() {
    for step_each in ${step_change-} ${step_undoes-}; do
        printf '%s=%s ' "$step_each" "$(change_state "$step_each")"
    done
}
