# dryrun.sh: a program shown, with every command that it would carry out.
#
# Owns the visitor `dry`. Asks nothing, connects to nothing, writes nothing: conditions and needs are shown, not
# answered, for what they would say tonight is not known now.

dry_run() {
    dry_depth=''
    params_load required
    say_title "${plan_title-}: $(program_title "$1") (dry run: nothing is done)"
    case $1 in
        scenarios/*)
            scenario_load "${1#scenarios/}"
            dry_why=$(gate_applies) || warn "It would be refused now: $dry_why."
            loss_know
            gate_tell "${1#scenarios/}"
            for dry_check in ${scenario_needs-}; do
                say "  needs: $(title checks "$dry_check")"
            done
            [ -z "${scenario_approve-}" ] || say "  approved by $(role_of "$scenario_approve")${scenario_other:+, who is not the operator}"
            ;;
    esac
    for dry_param in ${plan_params-}; do
        say "  parameter $dry_param = $(variable_value "RBK_PARAM_$(parameter_name "$dry_param")")"
    done
    program_visit dry "$1"
}

dry_phase() {
    fields "$@"
    say_title "$2${step_external:+ (carried out by $step_external)}"
}

dry_step() {
    fields "$@"
    say_title "$dry_depth$1: $2${step_takes:+ (about $(duration "$step_takes"))}"
    if [ "${step_effect-}" = undo ] && ! changes_there "${step_change-} ${step_undoes-}"; then
        say "$dry_depth  would be passed over now: what it takes back is not applied"
    fi
    dry_fields "$@"
    case ${step_kind-} in
        sql)
            for dry_unit in ${step_unit-}; do
                case $dry_unit in
                    tx:*) say "$dry_depth  on ${step_target-}, in one transaction:" ;;
                    *) say "$dry_depth  on ${step_target-}, outside a transaction:" ;;
                esac
                dry_file "${dry_unit#*:}"
            done
            ;;
        shell) say "$dry_depth  ${step_shell:-sh}${step_via:+ on $step_via}${step_dir:+ in $step_dir}:" ;;
        take)
            say "$dry_depth  takes the backup ${step_backup-} and verifies it:"
            for dry_part in take verify encrypt copy; do dry_backup "${step_backup-}" "$dry_part"; done
            ;;
        restore)
            if artifact_good "${step_backup-}"; then
                say "$dry_depth  restores the backup ${step_backup-} from ${artifact_path-}:"
            else
                say "$dry_depth  restores the backup ${step_backup-} (${artifact_problem-}):"
            fi
            for dry_part in decrypt restore; do dry_backup "${step_backup-}" "$dry_part"; done
            ;;
        verify) say "$dry_depth  asks ${step_check-}: $(title checks "${step_check-}")" ;;
        show | capture) say "$dry_depth  ${step_kind}s ${step_check-}: $(title checks "${step_check-}")" ;;
        set) say "$dry_depth  sets ${step_flag-} to ${step_value:-the value it had}" ;;
        edit) say "$dry_depth  ${step_mode-} ${step_path-}${step_dir:+ in $step_dir}${step_via:+, where $step_via has it}:" ;;
        send) say "$dry_depth  sends ${step_message-}: $(title messages "${step_message-}")" ;;
        manual) say "$dry_depth  by a person${step_by:+: $(role_of "$step_by")}" ;;
    esac
    [ -z "${step_file-}" ] || dry_file "$step_file"
}

# dry_backup BACKUP PART: code of the plan is shown; that of a method is long and always the same, and named.
dry_backup() {
    dry_code=$RBK_HOME/backups/$1/$2.sh
    [ -r "$dry_code" ] || return 0
    conf backups "$1" backup_method
    dry_lines=$(awk 'END { print NR }' "$dry_code")
    if [ -n "${backup_method-}" ] && [ "$dry_lines" -gt 30 ]; then
        say "$dry_depth    $2: backups/$1/$2.sh ($backup_method)"
    else
        say "$dry_depth    $2:"
        say_indented "$dry_code"
    fi
}

# What stands before, around and after the step, in the order in which it would be asked.
dry_fields() {
    shift 2
    for dry_field do
        case $dry_field in
            only-if=* | unless=* | needs=* | confirm=* | verify=* | record=* | \
                freezes=* | thaws=* | stops=* | starts=* | after=* | timeout=* | retry=* | else=[!s]*)
                say "$dry_depth  ${dry_field%%=*}: ${dry_field#*=}"
                ;;
        esac
    done
}

dry_file() {
    dry_path=$(program_file "$1")
    if [ -r "$dry_path" ]; then
        say_indented "$dry_path"
    else
        warn "  $dry_path is missing"
    fi
}

dry_choose() {
    say_title "$dry_depth$1: $2 (somebody chooses)"
    shift 2
    for dry_field do
        case $dry_field in
            option=*) say "$dry_depth  ${dry_field#option=}" ;;
            only-if=* | unless=* | needs=*) say "$dry_depth    ${dry_field%%=*}: ${dry_field#*=}" ;;
        esac
    done
}

dry_decision() {
    fields "$@"
    say_title "$dry_depth$1: $2 (decided by $(role_of "${step_by-}"))"
    dry_fields "$@"
}

dry_begin() {
    say_title "$dry_depth$3 ($1)"
    shift
    dry_fields "$@"
    dry_depth="$dry_depth  "
}

dry_end() {
    dry_depth=${dry_depth#  }
}
