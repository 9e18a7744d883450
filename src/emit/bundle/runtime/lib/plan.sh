# plan.sh: the plan as data.
#
# Owns the reading of .conf files, which hold nothing but `fact KEY VALUE`, one a line, and the check
# that the bundle is the one that was built. Refuses to know what the values mean.

# fact KEY VALUE: the variable KEY holds VALUE. A key that is no identifier is refused, so that nothing but a name is
# ever evaluated; the value never is.
fact() {
    case $1 in
        '' | [!a-z]* | *[!A-Za-z0-9_]*) die 3 "a fact of the plan has a name that is none: $1" ;;
    esac
    eval "$1=\$2"
}

# plan_load reads plan.conf.
plan_load() {
    command . "$RBK_HOME/plan.conf" || die 3 "cannot read $RBK_HOME/plan.conf"
}

# conf KIND NAME WORD... reads KIND/NAME.conf after clearing the variables WORD, so that nothing of
# the file that was read before shows through.
conf() {
    conf_kind=$1 conf_name=$2
    shift 2
    is_name "$conf_name" || return 1
    for conf_word do
        eval "$conf_word=''"
    done
    case $conf_kind in
        scenarios) conf_file=$RBK_HOME/scenarios/$conf_name/scenario.conf ;;
        *) conf_file=$RBK_HOME/$conf_kind/$conf_name.conf ;;
    esac
    [ -r "$conf_file" ] || return 1
    command . "$conf_file"
}

scenario_load() {
    conf scenarios "$1" scenario_title scenario_from scenario_until scenario_within scenario_within_of \
        scenario_approve scenario_other scenario_needs scenario_rto scenario_takes scenario_loss scenario_restores \
        scenario_undoes scenario_forward scenario_limits scenario_part scenario_asks
}

# title KIND NAME prints what people call it.
title() (
    case $1 in
        checks) conf checks "$2" check_title && printf '%s' "${check_title-}" ;;
        roles) conf roles "$2" role_title && printf '%s' "${role_title-}" ;;
        backups) conf backups "$2" backup_title && printf '%s' "${backup_title-}" ;;
        messages) conf messages "$2" message_title && printf '%s' "${message_title-}" ;;
        targets) conf targets "$2" target_title && printf '%s' "${target_title-}" ;;
        scenarios) scenario_load "$2" && printf '%s' "${scenario_title-}" ;;
    esac || printf '%s' "$2"
)

# role_of NAME prints a role's title and how to reach it.
role_of() (
    conf roles "$1" role_title role_contact role_contact_env || exit 0
    printf '%s' "${role_title-}"
    [ -z "${role_contact_env-}" ] || role_contact=$(variable_value "$role_contact_env")
    [ -z "${role_contact-}" ] || printf ' (%s)' "$role_contact"
)

# program_title PROGRAM prints what people call a run of it.
program_title() {
    case $1 in
        prepare) printf 'preparation' ;;
        forward) printf 'forward run' ;;
        *) printf '%s: %s' "${1#scenarios/}" "$(title scenarios "${1#scenarios/}")" ;;
    esac
}

# program_name PROGRAM prints the same for the middle of a sentence, behind "the".
program_name() {
    case $1 in
        scenarios/*) printf 'scenario %s' "${1#scenarios/}" ;;
        *) program_title "$1" ;;
    esac
}

# run_words WHY prints the same of how an open run stands.
run_words() {
    case $1 in
        running) printf 'was under way and has not been ended' ;;
        failed) printf 'has stopped at a step that failed' ;;
        pending) printf 'waits for a person' ;;
        interrupted) printf 'was interrupted' ;;
        stopped) printf 'has stopped at something that was not there' ;;
    esac
}

# plan_intact: do all files still have the sums they were built with? Prints those that do not.
plan_intact() {
    [ -r "$RBK_HOME/SHA256SUMS" ] || {
        printf 'SHA256SUMS is missing\n'
        return 1
    }
    (
        cd "$RBK_HOME" || exit 1
        if command -v sha256sum >/dev/null 2>&1; then
            sha256sum -c SHA256SUMS 2>&1
        elif command -v shasum >/dev/null 2>&1; then
            shasum -a 256 -c SHA256SUMS 2>&1
        else
            printf 'neither sha256sum nor shasum is installed\n'
            exit 1
        fi
    ) | awk '/: OK$/ { good++; next } { print; bad = 1 } END { exit bad || !good }'
}

# plan_signed: where $RBK_SIGNERS names a file of allowed signers, has one of them signed the sums? Prints who, or why not.
plan_signed() {
    [ -r "$RBK_SIGNERS" ] || {
        printf 'the allowed signers in %s cannot be read' "$RBK_SIGNERS"
        return 1
    }
    command -v ssh-keygen >/dev/null 2>&1 || {
        printf 'ssh-keygen is not installed here'
        return 1
    }
    [ -r "$RBK_HOME/SHA256SUMS.sig" ] || {
        printf 'it is not signed: SHA256SUMS.sig is missing'
        return 1
    }
    plan_signer=$(ssh-keygen -Y find-principals -f "$RBK_SIGNERS" -s "$RBK_HOME/SHA256SUMS.sig" 2>/dev/null | head -n 1)
    plan_signer=${plan_signer%%,*}
    [ -n "$plan_signer" ] || {
        printf 'its signature is of nobody in %s' "$RBK_SIGNERS"
        return 1
    }
    ssh-keygen -Y verify -f "$RBK_SIGNERS" -I "$plan_signer" -n rbk-bundle -s "$RBK_HOME/SHA256SUMS.sig" \
        <"$RBK_HOME/SHA256SUMS" >/dev/null 2>&1 || {
        printf 'its signature is not that of SHA256SUMS, or not one for a bundle'
        return 1
    }
    printf '%s' "$plan_signer"
}

# plan_verify refuses a bundle that has been altered, or that nobody has signed who may.
plan_verify() {
    if [ -n "${RBK_SIGNERS-}" ]; then
        plan_signer=$(plan_signed) || die 3 "this bundle is not run: $plan_signer"
    fi
    plan_altered=$(plan_intact) || die 3 "this bundle has been altered since it was built, and is not run:
$plan_altered"
}
