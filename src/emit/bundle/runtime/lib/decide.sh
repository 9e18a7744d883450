# decide.sh: what people decide while a program runs: choices among options, and decisions to go on.
#
# Owns what is shown to whoever decides, which options are open, and what the answer leads to. It starts nothing by itself: a decision whose
# time has passed says so and recommends.

# decide_choose ID TITLE option=NAME:TITLE... asks once and journals; resumed, the answer stands. What follows an option, up
# to the next one, is its conditions and needs.
decide_choose() {
    ! run_has "${journal_run:?}" chosen "$1" || return 0
    fields "$@"
    decide_id=$1 decide_names='' decide_barred='' decide_option='' decide_words='' decide_why=''
    say_title "$2"
    shift 2
    for decide_field do
        case $decide_field in
            option=*)
                decide_offer
                decide_option=${decide_field#option=} decide_why=''
                decide_words=${decide_option#*:} decide_option=${decide_option%%:*}
                ;;
            only-if=* | unless=* | needs=*) [ -n "$decide_why" ] || decide_open "$decide_field" ;;
        esac
    done
    decide_offer
    if [ -z "$decide_names" ]; then
        walk_stop 3 stopped "None of these can be taken now. ./rollback resume looks again."
        return
    fi
    decide_answer=$(option_value choose "$decide_id" | tr ',' ' ')
    decide_how=beforehand decide_tries=3
    decide_question="Which one?"
    [ -z "${step_several-}" ] || decide_question="Which ones? (several, with blanks between)"
    while :; do
        if [ -z "$decide_answer" ] && ask_possible; then
            decide_how=typed decide_tries=$((decide_tries - 1))
            ask_line "$decide_question" || :
            decide_answer=$(ask_answer)
        fi
        if [ -z "$decide_answer" ]; then
            walk_stop 4 pending "This waits for a choice: ./rollback resume --choose $decide_id=OPTION"
            return
        fi
        decide_wrong=$(decide_misfit)
        [ -n "$decide_wrong" ] || break
        if [ "$decide_how" = beforehand ] || [ "$decide_tries" -le 0 ]; then
            walk_stop 4 pending "$decide_wrong. Then: ./rollback resume --choose $decide_id=OPTION"
            return
        fi
        warn "  $decide_wrong."
        decide_answer=''
    done
    journal_or_stop chosen "$decide_id" "$decide_answer" "$decide_how" "by=$(ask_by)"
}

# decide_misfit prints why what was answered is no choice.
decide_misfit() {
    decide_count=0
    for decide_name in $decide_answer; do
        if listed "$decide_name" "$decide_barred"; then
            printf "\`%s\` can't be taken now; what can is:%s" "$decide_name" "$decide_names"
            return
        fi
        decide_count=$((decide_count + 1))
        listed "$decide_name" "$decide_names" || decide_count=99
    done
    if [ "$decide_count" -ge 99 ] || { [ "$decide_count" -gt 1 ] && [ -z "${step_several-}" ]; }; then
        printf "\`%s\` is not one of:%s" "$decide_answer" "$decide_names"
    fi
}

# decide_offer shows the option that was read last, and why it can't be taken if it can't.
decide_offer() {
    [ -n "$decide_option" ] || return 0
    if [ -n "$decide_why" ]; then
        decide_barred="$decide_barred $decide_option"
        say_aside "  $decide_option: $decide_words"
        say "    can't be taken now: $decide_why"
        return 0
    fi
    decide_names="$decide_names $decide_option"
    decide_mark=''
    [ "$decide_option" != "${step_recommended-}" ] || decide_mark=' (recommended)'
    say "  $decide_option: $decide_words$decide_mark"
}

# decide_open CONDITION: why the option that is being read can't be taken because of it, if it can't, in decide_why. What people
# are asked, and what hangs on this very choice, is asked once it was made.
decide_open() {
    case $1 in
        needs=ask:* | *="chose:$decide_id="*) return 0 ;;
        *=check:*) [ -z "$(guard_asks "${1#*=check:}")" ] || return 0 ;;
    esac
    guard_condition "$decide_id" "${1#*=}"
    case $?:$1 in
        0:unless=* | 1:only-if=* | 1:needs=* | [!01]:*) decide_why=${guard_reason-} ;;
    esac
}

# decide_chosen CHOICE OPTION: was it taken? When one step is asked for by name, its option counts as taken.
decide_chosen() {
    [ -z "${walk_seeking-}${walk_only-}" ] || return 0
    listed "$2" "$(run_field "${journal_run:?}" chosen "$1")"
}

# decide_decision ID TITLE at= by= needs= else= shows what is known, and asks whoever may decide.
decide_decision() {
    ! run_has "${journal_run:?}" decided "$1" && ! listed "$1" "${walk_counted-}" || return 0
    fields "$@"
    say_title "$2"
    say "  decided by $(role_of "${step_by-}")"
    decide_else=${step_else:-stop}
    decide_late "${step_at-}"
    decide_no=''
    guard_show_needs "$@" || decide_no=yes
    if [ -n "$decide_no" ]; then
        warn "  What this decision needs is not there; going on is not offered."
        if ! option_said approve "$1" no && ! ask_possible; then
            walk_stop 3 stopped "$(decide_ways "$1")"
            return
        fi
    fi
    if [ -n "$decide_no" ] && option_said approve "$1" "$1"; then
        walk_stop 3 stopped "$(decide_ways "$1")"
        return
    fi
    if [ -n "$decide_no" ] && ! option_said approve "$1" no; then
        ask_one_of "$1" "  $(decide_ways "$1")" no later
        decide_status=$?
        [ "$decide_status" -ne 0 ] || case $(ask_answer) in
            no) decide_status=1 ;;
            *) decide_status=4 ;;
        esac
    else
        ask_word "$1" "$1" "  $(decide_ways "$1")"
        decide_status=$?
    fi
    case $decide_status in
        0) journal_or_stop decided "$1" go "by=$(ask_by)" ;;
        1) decide_turn_back "$1" ;;
        *) walk_stop 4 pending "This waits for a decision. $(decide_ways "$1") Then: ./rollback resume --approve $1=$1" ;;
    esac
}

decide_turn_back() {
    case $decide_else in
        run:*)
            journal_or_stop decided "$1" "${decide_else#run:}" "by=$(ask_by)"
            walk_leave "${decide_else#run:}"
            ;;
        *)
            journal_or_stop declined "$1" stop "by=$(ask_by)"
            walk_stop 4 pending "Not going on, as decided. ./rollback resume asks again."
            ;;
    esac
}

decide_ways() {
    case $decide_else in
        run:*) printf 'Typing no starts the scenario %s.' "${decide_else#run:}" ;;
        *) printf 'Typing no stops the forward run here.' ;;
    esac
}

decide_late() {
    decide_t=$(started_at)
    [ -n "$1" ] && [ -n "$decide_t" ] || return 0
    decide_due=$((decide_t + $1))
    decide_now=$(now)
    if [ "$decide_now" -gt "$decide_due" ]; then
        warn "  This was to be decided $(duration $((decide_now - decide_due))) ago. Recommended: $(decide_ways)"
    else
        say "  to be decided within $(duration $((decide_due - decide_now)))"
    fi
}
