# preflight.sh: the command `check`: is everything there that this bundle will need?
#
# Owns the list of questions and the count of those that were not answered with yes. Changes nothing: what the engines
# need to write while they ask goes to a directory outside the state, which is removed again.

preflight() {
    preflight_bad=0
    say_title "${plan_title-}: check (changes nothing)"
    preflight_sums
    preflight_journal
    preflight_tools
    preflight_environment
    secrets_load
    preflight_targets
    preflight_artifacts
    if [ "$preflight_bad" -eq 0 ]; then
        say_title "Everything that was looked at is there."
        return 0
    fi
    say_title "$preflight_bad missing."
    return 3
}

preflight_yes() {
    say_good "  yes  $1"
}

preflight_no() {
    preflight_bad=$((preflight_bad + 1))
    say_bad "  NO   $1"
}

preflight_sums() {
    if preflight_text=$(plan_intact); then
        preflight_yes "the bundle is as it was built"
    else
        preflight_no "the bundle has been altered: $preflight_text"
    fi
    [ -n "${RBK_SIGNERS-}" ] || return 0
    if preflight_text=$(plan_signed); then
        preflight_yes "$preflight_text has signed it"
    else
        preflight_no "somebody has signed it who may: $preflight_text"
    fi
}

preflight_journal() {
    if journal_bound; then
        preflight_yes "the journal is this plan's, or will be"
    else
        preflight_no "$RBK_STATE/journal belongs to another plan"
    fi
    if [ -d "${lock_directory:?}" ] && ! lock_stale; then
        preflight_no "nobody else is at work: ${lock_reason-}"
    fi
}

# Of `a/b` one is enough: programs that do the same under two names.
preflight_tools() {
    for preflight_tool in awk sed mkfifo find uname date ${plan_tools-}; do
        preflight_found=''
        for preflight_name in $(printf '%s' "$preflight_tool" | tr '/' ' '); do
            [ -n "$preflight_found" ] || ! command -v "$preflight_name" >/dev/null 2>&1 || preflight_found=$preflight_name
        done
        if [ -n "$preflight_found" ]; then
            preflight_yes "$preflight_found is installed"
        else
            preflight_no "$(printf '%s' "$preflight_tool" | sed 's,/, or ,g') is installed"
        fi
    done
}

preflight_environment() {
    for preflight_variable in ${plan_env-} ${plan_secrets-}; do
        if [ -n "$(variable_value "$preflight_variable")" ] || [ -r "$(variable_value "${preflight_variable}_FILE")" ]; then
            preflight_yes "\$$preflight_variable is set"
        else
            preflight_no "\$$preflight_variable is set"
        fi
    done
}

# Each target is asked in a process of its own.
preflight_targets() {
    RBK_TMP=${TMPDIR:-/tmp}/rbk-check.$$
    RBK_RUN=check RBK_PROGRAM=check
    export RBK_TMP RBK_RUN RBK_PROGRAM
    mkdir -m 700 "$RBK_TMP" || {
        preflight_no "$RBK_TMP can be made"
        return
    }
    preflight_written=$(preflight_sql)
    for preflight_target in ${plan_targets-}; do
        rm -f "$RBK_TMP/answer"
        preflight_text=$($RBK_SHELL "$RBK_HOME/lib/step-main.sh" probe "$preflight_target" </dev/null 2>&1)
        preflight_status=$?
        if [ -s "$RBK_TMP/answer" ]; then
            preflight_text=$(cat "$RBK_TMP/answer")
        fi
        preflight_text=$(redact "$preflight_text")
        if [ "$preflight_status" -eq 0 ]; then
            preflight_yes "$(title targets "$preflight_target")${preflight_text:+: $preflight_text}"
            preflight_claim "$preflight_target"
        else
            preflight_no "$(title targets "$preflight_target")${preflight_text:+: $preflight_text}"
        fi
    done
    rm -rf "$RBK_TMP"
}

# Nobody else may be at work where the plan changes something.
preflight_claim() {
    rm -f "$RBK_TMP/answer"
    $RBK_SHELL "$RBK_HOME/lib/step-main.sh" claim "$1" look </dev/null >/dev/null 2>&1 || {
        preflight_no "it is free for this plan: $(preflight_answer)"
        return
    }
    listed "$1" "$preflight_written" || return 0
    rm -f "$RBK_TMP/answer"
    $RBK_SHELL "$RBK_HOME/lib/step-main.sh" writable "$1" </dev/null >/dev/null 2>&1 && return
    preflight_no "it can be written: $(preflight_answer)"
}

preflight_answer() {
    redact "$(tr '\n' ' ' <"$RBK_TMP/answer" 2>/dev/null)"
}

# preflight_sql prints the targets on which SQL of the plan works.
preflight_sql() {
    {
        claims_of prepare
        claims_of forward
        for preflight_each in ${plan_scenarios-}; do claims_of "scenarios/$preflight_each"; done
    } | sed -n 's/:must$//p' | tr '\n' ' '
}

# A backup that has not been taken yet is no fault; one that was taken and is gone is.
preflight_artifacts() {
    for preflight_backup in ${plan_backups-}; do
        if artifact_good "$preflight_backup"; then
            preflight_yes "$(title backups "$preflight_backup"): ${artifact_path-}"
        elif [ -z "$(artifact_of "$preflight_backup")" ]; then
            say "  --   $(title backups "$preflight_backup"): not taken yet"
        else
            preflight_no "$(title backups "$preflight_backup"): ${artifact_problem-}"
        fi
    done
}
