# settle.sh: did that step happen?
#
# Owns the question that a crash leaves behind: something was begun and nobody wrote down how it ended. Asks, in this
# order, the operator's `--assume`, the database's own record, the step's `applied` and `undone` checks, and a
# person. Where nothing can tell, it refuses with status 3: guessing is how a step is done twice.

# settle_step ID TITLE prints nothing; 0 it was done, 1 it is to be done (again), 2 the walk has stopped.
# The step's fields have been read.
settle_step() {
    settle_assumed "$1"
    case $? in 0) return 0 ;; 1) return 1 ;; esac
    case ${step_kind-} in
        # These change nothing, or end in the same state however often they are done.
        verify | show | capture | take | manual | set) return 1 ;;
        sql)
            settle_units "$1" && return 1
            ;;
    esac
    settle_checks "$1"
    case $? in 0) return 0 ;; 1) return 1 ;; esac
    settle_ask "$1" "$2 was begun, and nothing says how it ended."
}

# settle_assumed STEP: --assume STEP=done 0, =redo 1, not given 2.
settle_assumed() {
    settle_word=$(option_value assume "$1")
    [ -n "$settle_word" ] || return 2
    journal_or_stop assumed "$1" "$settle_word" beforehand "by=$(operator)"
    [ "$settle_word" = 'done' ]
}

# settle_units STEP: does the database know what became of the unit that was cut short? Of a transaction it does, and the
# step's own process asks it before it does the unit again. Of a statement outside one it knows only when it was
# done and recorded; that it is not recorded says nothing, unless what the statement would have changed is as it was.
settle_units() {
    settle_unit=$(state_query '
        run == r && event == "unit" && item == name { number = first; last = second == "done" ? "tx" : third }
        END { print (last == "" ? "tx" : last), number }' "r=${journal_run:?}" "name=$1")
    case $settle_unit in
        tx*) return 0 ;;
    esac
    child_run no '' "$(guard_log "$1")" recorded "${step_target-}" "$journal_run/${journal_program:?}/$1/${settle_unit#* }"
    case $? in 0 | 3) return 0 ;; esac
    return 1
}

# settle_checks STEP: what the step's own checks say: 0 done, 1 not done, 2 they can't tell.
settle_checks() {
    settle_yes=${step_applied-} settle_no=${step_undone-}
    if [ "${step_effect-}" = undo ]; then
        settle_yes=${step_undone-} settle_no=${step_applied-}
    fi
    if [ -n "$settle_yes" ]; then
        guard_check "$1" "$settle_yes"
        case $? in
            0) settle_say 0 && return 0 ;;
            1) settle_say 1 && return 1 ;;
        esac
    fi
    if [ -n "$settle_no" ]; then
        guard_check "$1" "$settle_no"
        case $? in
            0) settle_say 1 && return 1 ;;
            1) settle_say 0 && return 0 ;;
        esac
    fi
    return 2
}

settle_say() {
    case $1 in
        0) say "  It had been done: ${guard_reason-}" ;;
        1) say "  It had not been done: ${guard_reason-}" ;;
    esac
}

# settle_parts CHANGE prints, when a step of several units has left it unknown, what became of each: a server that commits by itself
# keeps those that were done.
settle_parts() (
    read -r settle_run settle_program settle_step <<END
$(state_query '
    event == "change" && item == name { last = run " " program " " second; state = first } END { if (state ~ /^(begun|unknown)$/) print last }' "name=$1")
END
    [ -n "${settle_step:-}" ] && find_fields "$settle_program" "$settle_step" || return 0
    settle_units=$(state_query 'run == r && event == "unit" && item == name { state[first] = second }
        END { for (number in state) printf " %s=%s ", number, state[number] }' "r=$settle_run" "name=$settle_step")
    settle_number=0
    for settle_unit in ${step_unit-}; do
        settle_number=$((settle_number + 1))
        case $settle_number:$settle_units in
            1:*) case ${step_unit-} in *' '*) printf '%s, by what is on record:\n' "$settle_step" ;; *) return 0 ;; esac ;;
        esac
        case $settle_units in
            *" $settle_number=done "*) settle_word='done' ;;
            *" $settle_number=failed "*) settle_word='failed' ;;
            *" $settle_number=begun "*) settle_word='not known' ;;
            *) settle_word='not done' ;;
        esac
        printf '  %-9s  %s  %s\n' "$settle_word" "$settle_number" \
            "$(awk '/^--/ || /^[ \t]*$/ { next } !lines++ { text = substr($0, 1, 60) } END { print text (lines > 1 ? " ..." : "") }' \
                "$RBK_HOME/$settle_program/${settle_unit#*:}")"
    done
)

# settle_look CHANGE: the same as a part of a sentence.
settle_look() {
    settle_shown=''
    [ -z "$1" ] || settle_shown=$(settle_parts "$1")
    [ -z "$settle_shown" ] || printf '\n%s' "$settle_shown"
}

# settle_ask STEP QUESTION: 0 done, 1 redo, 2 stopped.
settle_ask() {
    set -- "$1" "$2$(settle_look "${step_change-}")"
    if ! ask_one_of "$1" "$2
Look at the system, then say: was it done, or is it to be done again?" 'done' redo; then
        walk_stop 3 stopped "$2
Nothing can tell. Look at the system, then:
  ./rollback resume --assume $1=done   when it had been done
  ./rollback resume --assume $1=redo   when it is to be done again"
        return 2
    fi
    journal_or_stop assumed "$1" "$(ask_answer)" typed "by=$(operator)"
    [ "$(ask_answer)" = 'done' ]
}

# settle_change CHANGE STEP: 0 it is applied, 1 it is not, 2 the walk has stopped. For a change that
# another run left unknown.
settle_change() {
    settle_effect=${step_effect-}
    step_effect=apply
    settle_checks "$2"
    settle_answer=$?
    step_effect=$settle_effect
    if [ "$settle_answer" -eq 2 ]; then
        settle_seen=$(settle_look "$1")
        if ! ask_one_of "$1" "Whether the change $1 is applied is not known.$settle_seen
Look at the system, then say:" applied not-applied; then
            walk_stop 3 stopped "Whether the change $1 is applied is not known, and nothing can tell.$settle_seen
Look at the system, then:
  ./rollback mark $1 applied   or   ./rollback mark $1 not-applied
  ./rollback resume"
            return 2
        fi
        settle_answer=1
        [ "$(ask_answer)" != applied ] || settle_answer=0
    fi
    if [ "$settle_answer" -eq 0 ]; then
        journal_or_stop change "$1" applied "settled for $2"
    else
        journal_or_stop change "$1" none "settled for $2"
    fi
    return "$settle_answer"
}
