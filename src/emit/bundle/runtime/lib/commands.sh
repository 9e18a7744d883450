# commands.sh: one function a command.
#
# Owns what each command insists on before it begins, and in which order. Exit statuses: 0 the promised state was
# reached, 1 a step failed, 2 wrong usage, 3 refused and nothing done, 4 waiting for a person, 128+n a signal.

main() {
    options_parse ${1+"$@"}
    say_begin
    plan_load
    command_name=$(option_word 1)
    case $command_name:$(option_words) in
        *:[012] | mark:3) ;;
        *) die 2 "too many words after \`$command_name\`" ;;
    esac
    case $command_name in
        '' | status | help | check | report | prepare | resume | abort)
            [ "$command_name" = help ] || [ -z "$(option_word 2)" ] || die 2 "\`$command_name\` takes no name"
            ;;
    esac
    case $command_name in
        '' | status) command_status ;;
        help) command_help ;;
        check) command_check ;;
        prepare) command_prepare ;;
        forward) command_forward "$(option_word 2)" ;;
        run) command_run "$(option_word 2)" ;;
        resume) command_resume ;;
        abort) command_abort ;;
        mark) command_mark "$(option_word 2)" "$(option_word 3)" ;;
        report) command_report ;;
        *) die 2 "there is no command \`$command_name\`; ./rollback help lists them" ;;
    esac
}

command_help() {
    cat <<'END'
./rollback                     where things stand, and what to type next
./rollback check               tools, connections, artifacts, sums: changes nothing
./rollback prepare             takes and verifies the backups, captures the baselines
./rollback forward [PHASE]     the migration, up to and with PHASE
./rollback run SCENARIO        the rollback
./rollback resume              goes on with the run that was interrupted, failed or waits
./rollback abort               gives that run up; turns nothing back
./rollback mark CHANGE applied|not-applied
                               for a change that something else has carried out
./rollback report              what happened, as Markdown

  --dry-run                    shows what would be done, with its code; writes nothing   (prepare, forward, run)
  --from STEP, --only STEP     begin there; do nothing else           (run)
  --operator NAME              who is at the keyboard
  --yes                        confirms; never what loses something, without --accept-loss
  --accept-loss                what is lost has been read and accepted
  --approve NAME=WORD          answers a gate beforehand with the word that would be typed, or no
  --as NAME                    who approves
  --choose NAME=OPTION         answers a choice beforehand
  --assume STEP=done|redo      for a step of which nothing can tell whether it was done
  --param NAME=VALUE           a parameter of the plan
  --take-over RUN              holds a database in the place of that run, which is dead for good
  --slot NAME=TEXT             a slot of a message

Status: 0 reached and verified, 1 a step failed, 2 wrong usage, 3 refused and nothing done,
        4 waiting for a person, 128+n ended by a signal.
END
}

# command_ready COMMAND: what every command that does something insists on. From here on it holds the lock.
command_ready() {
    plan_verify
    command_journal
    params_load required
    secrets_load
    params_are_no_secrets
    names_known
    command_missing=$(environment_missing)
    [ -z "$command_missing" ] || warn "Not set, and needed by some step: $command_missing"
    ask_open
    operator_know
    lock_acquire "$1"
    run_signals_before
    journal_open || die 3 "cannot write in $RBK_STATE"
    command_left=$(processes_left)
    [ -z "$command_left" ] ||
        die 3 "what an earlier run has started is still running: $(processes_words "$command_left")"
    rm -rf "$RBK_STATE/tmp"
    mkdir -p "$RBK_STATE/tmp" || die 3 "cannot write in $RBK_STATE"
}

# Between taking the lock and beginning the run a signal has nothing to stop but us.
run_signals_before() {
    trap 'lock_release; trap - HUP; kill -s HUP "$$"' HUP
    trap 'lock_release; trap - INT; kill -s INT "$$"' INT
    trap 'lock_release; trap - TERM; kill -s TERM "$$"' TERM
}

command_journal() {
    journal_bound
    case $? in
        0) ;;
        1) die 3 "$RBK_STATE/journal belongs to another plan, or to another version of this one; nothing was done. Its own bundle can go on with it. To begin anew, put it away first" ;;
        *) die 3 "cannot read the journal $RBK_STATE/journal" ;;
    esac
}

# command_alone PROGRAM refuses while another run is unfinished. A forward run that has stopped by itself is no obstacle to a
# scenario: that is what scenarios are for.
command_alone() {
    command_gives_way=''
    command_open=$(run_open)
    [ -n "$command_open" ] || return 0
    read -r command_id command_program command_why <<END
$command_open
END
    case $1:$command_program:$command_why in
        scenarios/*:prepare:failed | scenarios/*:prepare:pending | scenarios/*:prepare:stopped | scenarios/*:prepare:interrupted | \
            scenarios/*:forward:failed | scenarios/*:forward:pending | scenarios/*:forward:stopped | scenarios/*:forward:interrupted)
            command_gives_way="$command_id $command_program"
            ;;
        *)
            die 3 "the $(program_name "$command_program") is unfinished, it $(run_words "$command_why"): ./rollback resume goes on with it, ./rollback abort gives it up"
            ;;
    esac
}

command_prepare() {
    command_bounds_only_for_run
    if opted dry-run; then
        dry_run prepare
        return
    fi
    command_ready prepare
    command_alone prepare
    command_begin prepare '' '' ''
}

command_forward() {
    command_bounds_only_for_run
    if [ -n "$1" ]; then
        list_has forward phase "$1" ||
            die 2 "there is no phase \`$1\`; there are: $(list_items forward | awk '$1 == "phase" { printf "%s ", $2 }')"
    fi
    if opted dry-run; then
        dry_run forward
        return
    fi
    command_ready "forward${1:+ $1}"
    command_alone forward
    command_missing=$(run_missing prepare)
    [ -z "$command_missing" ] || die 3 "the preparation is not done (${command_missing% }): ./rollback prepare"
    command_begin forward '' '' "$1"
}

command_run() {
    [ -n "$1" ] || die 2 "run SCENARIO; there are: ${plan_scenarios-}"
    { is_name "$1" && listed "$1" "${plan_scenarios-}" && scenario_load "$1"; } ||
        die 2 "there is no scenario \`$1\`; there are: ${plan_scenarios-}"
    [ -z "${scenario_part-}" ] || die 2 "\`$1\` is a part of other scenarios and is not run by itself"
    command_from=$(option from) command_only=$(option only)
    [ -z "$command_from" ] || [ -z "$command_only" ] || die 2 "--from and --only exclude each other"
    for command_step in "$command_from" "$command_only"; do
        [ -z "$command_step" ] || list_has "scenarios/$1" step "$command_step" ||
            die 2 "\`$1\` has no step \`$command_step\`; it has: $(list_steps "scenarios/$1" | tr '\n' ' ')"
    done
    if opted dry-run; then
        dry_run "scenarios/$1"
        return
    fi
    loss_know
    if opted yes && [ -n "${scenario_loss-}" ] && ! opted accept-loss; then
        die 3 "--yes does not go past a point of no return: $scenario_loss. --accept-loss says that this is accepted"
    fi
    command_ready "run $1"
    command_why=$(gate_applies) || die 3 "the scenario $1 does not apply: $command_why"
    command_alone "scenarios/$1"
    scenario_load "$1"
    command_begin "scenarios/$1" "$command_from" "$command_only" ''
}

command_bounds_only_for_run() {
    if opted from || opted only; then
        die 2 "--from and --only belong to run SCENARIO"
    fi
}

command_begin() {
    run_chosen=$(run_name)
    run_belongs "$run_chosen" "$1"
    claims_take "$1"
    if [ -n "$command_gives_way" ]; then
        journal_for "${command_gives_way% *}" "${command_gives_way#* }"
        journal_or_stop run-ended superseded 0 "$1"
    fi
    run_new "$@"
    say_title "${plan_title-}: $(program_title "$1")"
    command_say_run
    run_carry_out "$@"
}

# Who sits at a terminal is told how to stop it.
command_say_run() {
    command_how=''
    [ "${say_width:-0}" -eq 0 ] || command_how='; Ctrl-C stops it, and it can be resumed'
    say_aside "  run $RBK_RUN, by $(operator)$command_how"
}

command_resume() {
    command_bounds_only_for_run
    command_journal
    command_next=$(run_left_for)
    [ -z "$command_next" ] ||
        die 3 "there is nothing to resume: the plan was left for the scenario $command_next, which has not begun: ./rollback run $command_next begins it"
    [ -n "$(run_open)$(claims_left)" ] || die 3 "there is nothing to resume"
    command_ready resume
    command_open=$(run_open)
    [ -n "$command_open" ] || command_clear
    read -r command_id command_program command_why <<END
$command_open
END
    run_belongs "$command_id" "$command_program"
    claims_take "$command_program"
    journal_or_stop run-resumed "$command_program" "$(operator)" "$(host_name)" "$$" "$command_why"
    slots_record
    say_title "${plan_title-}: $(program_title "$command_program"), resumed"
    command_say_run
    read -r command_from command_only command_until <<END
$(state_query 'run == r && event == "bounds" { print first, second, third }' "r=$RBK_RUN")
END
    run_carry_out "$command_program" "$(command_bound "$command_from")" "$(command_bound "$command_only")" "$(command_bound "$command_until")"
}

# command_clear: no run is open, but one was killed before it had given back what it held.
command_clear() {
    command_left=$(claims_left)
    [ -z "$command_left" ] || claims_clear
    [ -z "$(claims_left)" ] || die 1 "there is nothing to resume, and what the last run held could not be given back"
    die 3 "there is nothing to resume${command_left:+; what the last run still held is given back: ${command_left% }}"
}

command_bound() {
    [ "$1" = - ] || printf '%s' "$1"
}

command_abort() {
    command_journal
    [ -n "$(run_open)$(run_left_for)" ] || die 3 "there is nothing to abort"
    command_ready abort
    command_open=$(run_open)
    [ -n "$command_open" ] || command_open=$(run_last)
    read -r command_id command_program command_why <<END
$command_open
END
    journal_for "$command_id" "$command_program"
    journal_or_stop run-ended aborted 0 "by=$(operator)"
    run_belongs "$command_id" "$command_program"
    claims_give_back
    lock_release
    say "Given up: the $(program_name "$command_program") ($command_why). Nothing was turned back."
    command_status
}

# command_mark CHANGE STATE
command_mark() {
    { is_name "$1" && listed "$1" "${plan_changes-}"; } || die 2 "there is no change \`$1\`; there are: ${plan_changes-}"
    case $2 in
        applied) command_state=applied ;;
        not-applied) command_state=none ;;
        *) die 2 "mark CHANGE applied|not-applied" ;;
    esac
    command_ready "mark $1 $2"
    journal_for - -
    journal_or_stop change "$1" "$command_state" marked "by=$(operator)"
    lock_release
    say "On record: $1 is $2, says $(operator)."
}

command_report() {
    command_journal
    secrets_load
    report
}

command_check() {
    preflight
}

command_status() {
    command_journal
    status
}
