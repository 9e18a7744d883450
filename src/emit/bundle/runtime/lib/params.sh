# params.sh: the plan's parameters and secrets, as the steps will see them.
#
# Owns their types and where a value comes from: the command line, then the value that
# the journal remembers from an earlier command, then the plan's default. Values
# are exported as data; none is ever spliced into a script.

# params_load TELL exports RBK_PARAM_<NAME> for each parameter. A required one without a value is a
# wrong usage when TELL is `required`.
params_load() {
    option_each param | while IFS=$TAB read -r params_name params_value; do
        listed "$params_name" "${plan_params-}" ||
            die 2 "--param $params_name: the plan has no such parameter; it has: ${plan_params:-none}"
    done || exit 2
    for params_name in ${plan_params-}; do
        params_key=$(parameter_name "$params_name")
        params_value=$(option_value param "$params_name")
        if [ -z "$params_value" ]; then
            params_value=$(state_query 'event == "param" && item == name { value = first } END { print value }' "name=$params_name")
        fi
        [ -n "$params_value" ] || params_value=$(variable_value "param_${params_key}_default")
        if [ -z "$params_value" ]; then
            [ "$1" != required ] || die 2 "the parameter \`$params_name\` has no value: give --param $params_name=VALUE"
        else
            params_value=$(params_typed "$params_name" "$params_key" "$params_value") || exit 2
        fi
        export "RBK_PARAM_$params_key=$params_value"
    done
}

# params_typed NAME KEY VALUE prints the value in its type's form, a duration as seconds.
params_typed() {
    params_type=$(variable_value "param_$2_type")
    one_line "$3" || die 2 "the parameter \`$1\` holds a tab or a line break"
    case $params_type in
        int)
            is_whole_number "${3#-}" || die 2 "the parameter \`$1\` is a whole number, not \`$3\`"
            ;;
        duration)
            if ! is_whole_number "$3"; then
                duration_seconds "$3" || die 2 "the parameter \`$1\` is a duration such as 15m or 1h30m, not \`$3\`"
                return
            fi
            ;;
        choice)
            params_choices=$(variable_value "param_$2_choices")
            listed "$3" "$params_choices" || die 2 "the parameter \`$1\` is one of $params_choices, not \`$3\`"
            ;;
    esac
    printf '%s' "$3"
}

# params_record writes the values into the journal, for resume and for the commands that follow.
params_record() {
    for params_name in ${plan_params-}; do
        params_value=$(variable_value "RBK_PARAM_$(parameter_name "$params_name")")
        [ -z "$params_value" ] || journal param "$params_name" "$params_value" || return 1
    done
}

# secrets_load reads what stands in a file (NAME_FILE) instead of the environment, and tells
# the filter which variables to keep quiet about.
secrets_load() {
    for secret_name in ${plan_secrets-} ${plan_env-}; do
        [ -z "$(variable_value "$secret_name")" ] || continue
        secret_file=$(variable_value "${secret_name}_FILE")
        [ -z "$secret_file" ] || [ ! -r "$secret_file" ] || export "$secret_name=$(cat "$secret_file")"
    done
    RBK_SECRET_NAMES=${plan_secrets-}
    RBK_ENVIRONMENT_NAMES=${plan_env-}
    export RBK_SECRET_NAMES RBK_ENVIRONMENT_NAMES
}

# params_are_no_secrets: a parameter stands in the command line and in the journal, so that no secret may be in one. What is short
# enough to be part of a word by chance is let pass.
params_are_no_secrets() {
    for params_name in ${plan_params-}; do
        params_value=$(option_value param "$params_name")
        for secret_name in ${plan_secrets-}; do
            secret_value=$(variable_value "$secret_name")
            [ "${#secret_value}" -ge 8 ] || continue
            case $params_value in
                *"$secret_value"*) die 2 "the parameter \`$params_name\` holds the secret \$$secret_name, which is for no command line and no journal; nothing was done" ;;
            esac
        done
    done
}

# environment_missing prints the variables that the plan needs and nobody has set.
environment_missing() {
    for environment_name in ${plan_env-} ${plan_secrets-}; do
        [ -n "$(variable_value "$environment_name")" ] || printf '%s ' "$environment_name"
    done
}
