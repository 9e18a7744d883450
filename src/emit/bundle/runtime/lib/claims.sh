# claims.sh: a run holds the databases that it changes.
#
# Owns which those are, when they are asked for, and what is said when somebody else has one. A database that can't be asked
# before the run is asked again by the first step on it. Refuses to know the row in the database: claim.sh, in a process of
# its own, where the connection is.

claims_answer='' claims_status=0

# claims_of PROGRAM prints each target that its steps work on, once: NAME:must for SQL, NAME:try for code and what restores, NAME:look for
# what is only taken.
claims_of() {
    program_visit claims "$1" | awk '
        NF < 2 { next }
        !($2 in mode) { order[++count] = $2 }
        $1 > mode[$2] { mode[$2] = $1 }
        END { split("look try must", words, " "); for (i = 1; i <= count; i++) print order[i] ":" words[mode[order[i]]] }'
}

claims_phase() { :; }
claims_choose() { :; }
claims_decision() { :; }
claims_begin() { :; }
claims_end() { :; }
claims_step() {
    claims_kind='' claims_target='' claims_backup=''
    shift 2
    for claims_field do
        case $claims_field in
            kind=*) claims_kind=${claims_field#*=} ;;
            target=*) claims_target=${claims_field#*=} ;;
            backup=*) claims_backup=${claims_field#*=} ;;
        esac
    done
    case $claims_kind in
        sql) printf '3 %s\n' "$claims_target" ;;
        shell) printf '2 %s\n' "$claims_target" ;;
        restore) printf '2 %s\n' "$(claims_target_of "$claims_backup")" ;;
        take) printf '1 %s\n' "$(claims_target_of "$claims_backup")" ;;
    esac
}

claims_target_of() (
    conf backups "$1" backup_target && printf '%s' "${backup_target-}"
)

# claims_take PROGRAM: before the run whose id is in RBK_RUN begins or goes on.
claims_take() {
    RBK_TAKE_OVER=$(option take-over)
    export RBK_TAKE_OVER
    for claims_each in $(claims_of "$1"); do
        claims_ask claim "${claims_each%:*}" "${claims_each##*:}" anew
        case $? in
            0) ;;
            1)
                claims_refusal=$claims_answer
                claims_give_back
                die 3 "$claims_refusal"
                ;;
            *) say_aside "  ${claims_each%:*} cannot be asked who is at work on it: $claims_answer. Its first step asks again." ;;
        esac
    done
    [ -z "$RBK_TAKE_OVER" ] || [ -n "$(state_query 'run == r && event == "taken-over" { print; exit }' "r=$RBK_RUN")" ] ||
        say_aside "  nothing was taken over: no database is held by the run $RBK_TAKE_OVER"
}

# claims_give_back: unless a run is still open, what was held is held no longer.
claims_give_back() {
    [ -z "$(run_open)" ] || return 0
    claims_stand=$(state_query '
        event == "change" { state[item] = first }
        END { for (name in state) if (state[name] ~ /^(applied|unknown|begun)$/) { print "stands"; exit } }')
    for claims_each in $(claims_held); do
        if claims_release "$claims_each"; then
            journal released "$claims_each"
        else
            say_aside "  $claims_each still says that this run is at work${claims_answer:+: $claims_answer}. ./rollback resume puts that right."
        fi
    done
}

# claims_release TARGET; what was killed is done once more.
claims_release() {
    claims_ask release "$1" "${claims_stand:-nothing}" && return
    [ "$claims_status" -gt 128 ] && claims_ask release "$1" "${claims_stand:-nothing}"
}

# claims_held prints the targets that the journal does not say were given back.
claims_held() {
    state_query 'event == "claim" { held[item] = 1 } event == "released" { delete held[item] } END { for (name in held) print name }'
}

# claims_left prints what a run that has ended, or never began, still holds: it was killed on the way.
claims_left() {
    [ -n "$(run_open)$(run_left_for)" ] || claims_held | tr '\n' ' '
}

# claims_clear: gives that back.
claims_clear() {
    read -r claims_run claims_program <<END
$(state_query 'event == "claim" { last = run " " program } END { print last }')
END
    run_belongs "$claims_run" "$claims_program"
    claims_give_back
}

# claims_ask ACTION ARGUMENT...: in a process of its own; its status, and its words in claims_answer.
claims_ask() {
    claims_status=2
    RBK_TMP=$RBK_STATE/tmp/claim
    export RBK_TMP
    rm -rf "$RBK_TMP"
    mkdir -p "$RBK_TMP" || return 2
    claims_answer=$($RBK_SHELL "$RBK_HOME/lib/step-main.sh" "$@" </dev/null 2>&1 3<&-)
    claims_status=$?
    [ ! -s "$RBK_TMP/answer" ] || claims_answer=$(cat "$RBK_TMP/answer")
    claims_answer=$(redact "$claims_answer")
    rm -rf "$RBK_TMP"
    return "$claims_status"
}
