# options.sh: the command line.
#
# Owns which options there are and what they look like. Refuses to know what they do:
# others ask `opted`, `option` and `option_value`.

options_given=''
options_words=''
operator_name=''

# options_parse ARGUMENT...: options may stand before or after the command's own words.
options_parse() {
    while [ $# -gt 0 ]; do
        case $1 in
            --yes | --accept-loss | --dry-run) options_add "${1#--}" '' yes ;;
            --from=* | --only=* | --operator=* | --as=* | --take-over=*)
                options_key=${1%%=*}
                options_add "${options_key#--}" '' "${1#*=}"
                ;;
            --approve=* | --choose=* | --assume=* | --param=* | --slot=*)
                options_key=${1%%=*}
                options_pair "${options_key#--}" "${1#*=}"
                ;;
            --from | --only | --operator | --as | --take-over | --approve | --choose | --assume | --param | --slot)
                [ $# -ge 2 ] || die 2 "$1 needs a value"
                options_key=$1 options_text=$2
                shift 2
                set -- "$options_key=$options_text" ${1+"$@"}
                continue
                ;;
            -h | --help) options_words="help$NEWLINE$options_words" ;;
            --)
                shift
                break
                ;;
            -*) die 2 "there is no option $1; ./rollback help lists them" ;;
            *) options_words=$options_words$1$NEWLINE ;;
        esac
        shift
    done
    for options_text do
        options_words=$options_words$options_text$NEWLINE
    done
}

options_pair() {
    one_line "$2" || die 2 "--$1: the value holds a tab or a line break"
    case $2 in
        ?*=*) options_add "$1" "${2%%=*}" "${2#*=}" ;;
        *) die 2 "--$1 takes NAME=VALUE, not \`$2\`" ;;
    esac
    is_name "${2%%=*}" || die 2 "--$1: \`${2%%=*}\` is not a name"
    case $1=${2#*=} in
        assume=done | assume=redo | [!a]* | approve=*) ;;
        *) die 2 "--assume STEP=done or STEP=redo, not \`${2#*=}\`" ;;
    esac
}

options_add() {
    [ -n "$3" ] || die 2 "--$1 needs a value"
    options_given=$options_given$1$TAB$2$TAB$3$NEWLINE
}

# option_word N prints the command line's Nth word that is no option.
option_word() {
    option_rest=$options_words option_skip=$1
    while [ "$option_skip" -gt 1 ]; do
        option_rest=${option_rest#*"$NEWLINE"} option_skip=$((option_skip - 1))
    done
    printf '%s' "${option_rest%%"$NEWLINE"*}"
}

option_words() {
    option_rest=$options_words option_count=0
    while [ -n "$option_rest" ]; do
        option_rest=${option_rest#*"$NEWLINE"} option_count=$((option_count + 1))
    done
    printf '%s' "$option_count"
}

# opted NAME: was --NAME given?
opted() {
    case $NEWLINE$options_given in
        *"$NEWLINE$1$TAB"*) return 0 ;;
    esac
    return 1
}

# option NAME prints its value, or nothing.
option() {
    option_value "$1" ''
}

# option_value OPTION NAME prints VALUE of `--OPTION NAME=VALUE`; the last one counts.
option_value() {
    opted "$1" || return 0
    printf '%s' "$options_given" | awk -F '\t' -v "o=$1" -v "n=$2" '$1 == o && $2 == n { value = $3 } END { printf "%s", value }'
}

# option_each OPTION prints all its pairs, one a line.
option_each() {
    opted "$1" || return 0
    printf '%s' "$options_given" | awk -F '\t' -v "o=$1" '$1 == o { print $2 "\t" $3 }'
}

# option_said OPTION NAME VALUE: was exactly that given?
option_said() {
    case $NEWLINE$options_given in
        *"$NEWLINE$1$TAB$2$TAB$3$NEWLINE"*) return 0 ;;
    esac
    return 1
}

# operator prints who is at the keyboard.
operator() {
    operator_know
    printf '%s' "$operator_name"
}

operator_know() {
    [ -z "$operator_name" ] || return 0
    operator_name=$(option operator)
    [ -n "$operator_name" ] || operator_name=${SUDO_USER:-$(id -un 2>/dev/null)}
    operator_name=${operator_name:-unknown}
}
