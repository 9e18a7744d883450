# guard.sh: may this step, or this block, run?
#
# Owns `only-if`, `unless`, `needs` and `confirm`. A check that can't be asked is never a yes: what depends on it
# stops. Asks checks through a child process, so that a hanging one can be stopped.

guard_reason=''
guard_pending=''

# guard_log ID prints the log that what is asked for the item goes to.
guard_log() {
    printf '%s/log/%s-%s.log' "$RBK_STATE" "${journal_run:?}" "$1"
}

# guard_check ITEM CHECK: 0 yes, 1 no, 2 could not be asked; why in guard_reason. A check that asks people is asked here, for
# a step's process has no terminal; when nobody is there, guard_pending says so.
guard_check() {
    guard_pending=''
    guard_question=$(guard_asks "$2")
    if [ -n "$guard_question" ]; then
        child_refuse ''
        ask_word "$2" yes "$guard_question"
        guard_status=$?
        if [ "$guard_status" -eq 4 ]; then
            guard_pending="Then: ./rollback resume --approve $2=yes"
        fi
    else
        child_run no '' "$(guard_log "$1")" ask "$2"
        guard_status=$?
    fi
    guard_reason="$(title checks "$2")"
    case $guard_status in
        0) guard_reason="$guard_reason: yes" ;;
        1) guard_reason="$guard_reason: no" ;;
        *) guard_reason="$guard_reason: could not be asked" guard_status=2 ;;
    esac
    [ -z "${child_answer-}" ] || guard_reason="$guard_reason ($child_answer)"
    journal asked "$2" "$guard_status" "$guard_reason" "for=$1"
    return "$guard_status"
}

# guard_asks CHECK prints the question, when it is people who answer the check.
guard_asks() (
    conf checks "$1" check_kind check_question check_title || exit 0
    [ "${check_kind-}" != ask ] || printf '%s' "${check_question:-${check_title-}}"
)

# guard_stop TEXT: the walk stops because of the check that was asked last: waiting, when nobody was there to answer it.
guard_stop() {
    if [ -n "$guard_pending" ]; then
        walk_stop 4 pending "$1: $guard_reason
$guard_pending"
    else
        walk_stop 3 stopped "$1: $guard_reason"
    fi
}

# guard_condition ITEM CONDITION: the same for check:NAME, backup:NAME, change:NAME, param:NAME=VALUE, chose:CHOICE=OPTION.
guard_condition() {
    case $2 in
        check:*) guard_check "$1" "${2#check:}" ;;
        backup:*)
            guard_reason="$(title backups "${2#backup:}") is there"
            artifact_good "${2#backup:}" && return 0
            guard_reason="$(title backups "${2#backup:}"): ${artifact_problem-}"
            return 1
            ;;
        change:*)
            guard_reason="the change ${2#change:} is applied"
            case $(change_state "${2#change:}") in
                applied) return 0 ;;
                unknown)
                    guard_reason="nobody knows whether the change ${2#change:} is applied. Look at the system, then:
  ./rollback mark ${2#change:} applied   or   ./rollback mark ${2#change:} not-applied"
                    return 2
                    ;;
            esac
            guard_reason="the change ${2#change:} is not applied"
            return 1
            ;;
        chose:*)
            guard_reason=${2#chose:}
            listed "${guard_reason#*=}" "$(run_field "${journal_run:?}" chosen "${guard_reason%%=*}")" && return 0
            guard_reason="${guard_reason#*=} was not chosen"
            return 1
            ;;
        param:*)
            guard_reason=${2#param:}
            guard_value=$(variable_value "RBK_PARAM_$(parameter_name "${guard_reason%%=*}")")
            [ "$guard_value" = "${guard_reason#*=}" ] && return 0
            guard_reason="the parameter ${guard_reason%%=*} is $guard_value"
            return 1
            ;;
        *)
            guard_reason="the condition $2 is not known"
            return 2
            ;;
    esac
}

# guard_skips ID TITLE FIELD...: 0 pass it over, 1 carry it out, 2 the walk has stopped.
guard_skips() {
    guard_id=$1 guard_title=$2
    shift 2
    for guard_field do
        case $guard_field in
            only-if=*)
                guard_condition "$guard_id" "${guard_field#*=}"
                guard_answer=$?
                [ "$guard_answer" -ne 1 ] || return 0
                ;;
            unless=*)
                guard_condition "$guard_id" "${guard_field#*=}"
                guard_answer=$?
                [ "$guard_answer" -ne 0 ] || return 0
                ;;
            *) continue ;;
        esac
        if [ "$guard_answer" -eq 2 ]; then
            guard_stop "$guard_title: whether it is to run can't be told"
            return 2
        fi
    done
    return 1
}

# guard_needs ID TITLE FIELD...: 0 all is there, 2 the walk has stopped.
guard_needs() {
    guard_id=$1 guard_title=$2
    shift 2
    for guard_field do
        case $guard_field in
            needs=check:*)
                guard_check "$guard_id" "${guard_field#needs=check:}" || {
                    guard_stop "$guard_title needs what is not there"
                    return 2
                }
                say_aside "  $guard_reason"
                ;;
            needs=ask:*)
                ask_word "$guard_id" yes "${guard_field#needs=ask:}"
                case $? in
                    0) ;;
                    1)
                        walk_stop 3 stopped "$guard_title needs what is not there: the answer was no."
                        return 2
                        ;;
                    *)
                        walk_stop 4 pending "$guard_title waits for an answer: ${guard_field#needs=ask:}
Then: ./rollback resume --approve $guard_id=yes"
                        return 2
                        ;;
                esac
                ;;
        esac
    done
    return 0
}

# guard_passes ID TITLE FIELD...: conditions and needs of a block: 0 enter, 1 pass over, 2 the walk has stopped.
guard_passes() {
    guard_skips "$@"
    case $? in
        0) return 1 ;;
        2) return 2 ;;
    esac
    guard_needs "$@"
}

# guard_show_needs ID TITLE FIELD...: shows all that a decision needs; status 1 when something is not there.
guard_show_needs() {
    guard_id=$1 guard_missing=0
    shift 2
    for guard_field do
        case $guard_field in
            needs=check:*)
                guard_check "$guard_id" "${guard_field#needs=check:}" || guard_missing=1
                say "  $guard_reason"
                ;;
            needs=ask:*) say "  Answer for yourself: ${guard_field#needs=ask:}" ;;
        esac
    done
    return "$guard_missing"
}

# guard_confirm ID TITLE FIELD...: the step's name is typed for each `confirm`; `--yes` answers them. 0 go, 2 stopped.
guard_confirm() {
    guard_id=$1 guard_title=$2
    shift 2
    for guard_field do
        case $guard_field in confirm=*) ;; *) continue ;; esac
        if opted yes; then
            journal_or_stop answered "$guard_id" yes beforehand "by=$(operator)"
            continue
        fi
        ask_word "$guard_id" "$guard_id" "${guard_field#confirm=}"
        case $? in
            0) ;;
            1)
                walk_stop 4 pending "$guard_title was not confirmed and not done. ./rollback resume asks again."
                return 2
                ;;
            *)
                walk_stop 4 pending "$guard_title waits to be confirmed: ${guard_field#confirm=}
Then: ./rollback resume --approve $guard_id=$guard_id"
                return 2
                ;;
        esac
    done
    return 0
}
