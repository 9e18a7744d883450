# fallback.sh: what happens when a step fails for good.
#
# Owns `else`. A step that fell back is not a step that was done: it has a state of its own, which keeps resume from
# going on in the main branch as though nothing had happened.

# fallback_after ID TITLE WHAT REASON: WHAT is do, cut (killed or stopped in the middle) or verify.
fallback_after() {
    say_bad "  failed: $4"
    if [ "$3" != verify ]; then
        fallback_tail "$1"
    fi
    case ${step_else:-stop} in
        fallback)
            fallback_what=$3
            [ "$3" != cut ] || fallback_what='do'
            journal_or_stop failed-over "$1" "$fallback_what" "$4"
            say "  Going on with the fallback."
            ;;
        'continue')
            journal_or_stop failed "$1" "$3" "$4" continued
            journal_or_stop skipped "$1" "failed, and the plan goes on: $4"
            say "  The plan goes on without it."
            ;;
        run:*)
            journal_or_stop failed "$1" "$3" "$4"
            say "  The plan leaves for the scenario ${step_else#run:}."
            walk_leave "${step_else#run:}"
            ;;
        *)
            journal_or_stop failed "$1" "$3" "$4"
            walk_stop 1 failed ''
            ;;
    esac
}

# fallback_tail ID names the step's own log, and shows its end where the screen has not seen it already.
fallback_tail() {
    fallback_log=$(guard_log "$1")
    [ -s "$fallback_log" ] || return 0
    if child_was_seen; then
        say_aside "  all it said stands in $fallback_log"
        return 0
    fi
    say_aside "  the end of $fallback_log:"
    tail -n 15 "$fallback_log" | plain_stream | sed 's/^/    | /'
}

# fallback_end STEP: its fallback has been carried out, so the step's own verification is asked again.
fallback_end() {
    find_fields "${journal_program:?}" "$1"
    for fallback_check in ${step_verify-}; do
        guard_check "$1" "$fallback_check" || {
            say_bad "  The fallback was carried out, and still: ${guard_reason-}"
            journal_or_stop fallback-failed "$1" "${guard_reason-}"
            walk_stop 1 failed ''
            return 0
        }
        say "  ${guard_reason-}"
    done
    step_changes_are "$1" "$(step_aim)"
    journal_or_stop done-by-fallback "$1"
    say_good "  $1: done by its fallback"
}

# fallback_steps BLOCK prints the steps in it, blank separated.
fallback_steps() {
    siblings_of "${journal_program:?}" "$1" | awk '{ printf "%s ", $1 }'
}
