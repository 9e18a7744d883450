# gate.sh: may this scenario start?
#
# Owns what stands before its first step: whether it applies where the system is, its needs, who has approved,
# and that somebody has read what is lost. Refuses to know its steps.

# gate_applies SCENARIO: does it apply to the changes as they are? Prints why not. The scenario has been loaded.
# From X: X has begun; until Y: Y has not. A change that nobody knows about counts as begun.
gate_applies() {
    if [ -n "${scenario_from-}" ]; then
        case $(change_state "$scenario_from") in
            none | undone)
                printf 'it applies from the change %s on, which is not applied' "$scenario_from"
                return 1
                ;;
        esac
    fi
    if [ -n "${scenario_until-}" ]; then
        case $(change_state "$scenario_until") in
            applied)
                printf 'it applies until the change %s, which is applied' "$scenario_until"
                return 1
                ;;
            unknown)
                printf 'it applies until the change %s, of which it is not known whether it is applied' "$scenario_until"
                return 1
                ;;
        esac
    fi
    gate_left=$(gate_time_left)
    case $gate_left in
        -*)
            printf 'it had to be started within %s of %s; that was over %s ago' \
                "$(duration "$scenario_within")" "$scenario_within_of" "$(duration "${gate_left#-}")"
            return 1
            ;;
    esac
}

# gate_time_left prints the seconds left in which it can be started, or nothing.
gate_time_left() {
    [ -n "${scenario_within-}" ] && [ -n "${scenario_within_of-}" ] || return 0
    gate_since=$(change_time "$scenario_within_of" applied)
    [ -z "$gate_since" ] || printf '%s' $((gate_since + scenario_within - $(now)))
}

# gate_open SCENARIO: all of it, in order; status 0 to start, otherwise the walk has stopped.
gate_open() {
    for gate_check in ${scenario_needs-}; do
        guard_check "$1" "$gate_check" || {
            if [ -n "${guard_pending-}" ]; then
                guard_stop "The scenario $1 needs an answer"
            else
                walk_stop 3 refused "The scenario $1 needs what is not there: ${guard_reason-}"
            fi
            return 1
        }
        say_aside "  ${guard_reason-}"
    done
    gate_number=0
    while [ "$gate_number" -lt "${scenario_asks:-0}" ]; do
        gate_number=$((gate_number + 1))
        gate_question=$(variable_value "scenario_ask_$gate_number")
        ask_word "$1.ask-$gate_number" yes "$gate_question"
        case $? in
            0) ;;
            1)
                walk_stop 3 refused "The scenario $1 needs what is not there: $gate_question"
                return 1
                ;;
            *)
                walk_stop 4 pending "The scenario $1 waits for an answer: $gate_question
Then: ./rollback resume --approve $1.ask-$gate_number=yes"
                return 1
                ;;
        esac
    done
    loss_know
    gate_tell "$1"
    [ -z "$gate_takes" ] || journal_or_stop expected - "$gate_takes"
    if [ -n "${scenario_loss-}" ] && ! opted accept-loss && ! ask_possible; then
        gate_more=''
        [ -z "${scenario_approve-}" ] || gate_more=" --approve $1=$1${scenario_other:+ --as NAME}"
        walk_stop 4 pending "What is lost has to be accepted by somebody${gate_more:+, and the scenario approved}: ./rollback resume --accept-loss$gate_more"
        return 1
    fi
    if [ -n "${scenario_approve-}" ]; then
        gate_approve "$1" "$1" "$scenario_approve" "${scenario_other-}" "the scenario $1" || return 1
    elif opted yes; then
        journal_or_stop answered "$1" yes beforehand "by=$(operator)"
    else
        ask_word "$1" "$1" "Start the scenario $1 now?"
        gate_answer "$?" "$1" "$1" "the scenario $1" || return 1
    fi
    if [ -n "${scenario_loss-}" ]; then
        journal_or_stop accepted-loss "$1" "$scenario_loss" "by=$(ask_by)"
    fi
}

# gate_tell SCENARIO shows what whoever approves has to know.
gate_tell() {
    gate_limit=${scenario_rto:-${plan_rto-}} gate_unknown=0
    gate_takes=$(time_left "scenarios/$1")
    gate_unknown=${gate_takes#* } gate_takes=${gate_takes% *}
    gate_words=$(time_words "$gate_takes" "$gate_unknown")
    [ "$gate_takes" -gt 0 ] || gate_takes=''
    if [ -n "$gate_words" ]; then
        say "  takes $gate_words${gate_limit:+, and may take $(duration "$gate_limit")}"
    elif [ -n "$gate_limit" ]; then
        say "  may take $(duration "$gate_limit"); how long it takes nobody has said"
    fi
    if [ -n "${scenario_loss-}" ]; then
        say_bad "  POINT OF NO RETURN: $scenario_loss"
        gate_t=$(started_stamp)
        [ -z "$gate_t" ] || say "  T was $gate_t"
    else
        say "  loses nothing that the plan knows of"
    fi
    [ -z "${scenario_limits-}" ] || say_prose "$RBK_HOME/scenarios/$1/$scenario_limits"
    [ -z "${scenario_forward-}" ] || say "  goes forward: nothing is turned back"
}

# gate_approve NAME WORD ROLE OTHER WHAT: somebody in that role types the word; with OTHER it is not the operator.
gate_approve() {
    say "  to be approved by $(role_of "$3")${4:+, who is not the operator}"
    gate_approver=$(option as)
    if [ -n "$4" ]; then
        if [ -z "$gate_approver" ] && ask_possible; then
            ask_line 'Who approves? (name)' || :
            gate_approver=$(ask_answer)
        fi
        if [ -z "$gate_approver" ]; then
            walk_stop 4 pending "$5 waits for the approval of another person: ./rollback resume --approve $1=$2 --as NAME"
            return 1
        fi
        if [ "$gate_approver" = "$(operator)" ]; then
            walk_stop 4 pending "It has to be approved by somebody other than its operator, and both are $gate_approver."
            return 1
        fi
    fi
    ask_word "$1" "$2" "Approve $5?"
    gate_answer "$?" "$1" "$2" "$5" || return 1
    journal_or_stop approved "$1" "${gate_approver:-$(operator)}" "role=$3"
}

gate_answer() {
    case $1 in
        0) return 0 ;;
        1) walk_stop 4 pending "Not started. ./rollback resume asks again, ./rollback abort gives it up." ;;
        *) walk_stop 4 pending "$4 waits for somebody to say so: ./rollback resume --approve $2=$3" ;;
    esac
    return 1
}
