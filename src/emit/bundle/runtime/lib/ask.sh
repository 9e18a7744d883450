# ask.sh: a person at a terminal, or nobody.
#
# Owns every question. Fails closed: without a terminal nothing is ever taken for a yes, and nothing waits. An
# answer given on the command line counts when it is the same word that a person would have typed.
# Every answer is journalled with who gave it. Refuses to know what hangs on it.
#
# The status of a question is 0 for yes, 1 for no, 4 when there was nobody to ask.

# ask_open keeps the operator's terminal at hand: what runs in the background has /dev/null for its input.
ask_open() {
    if (exec 3<&0) 2>/dev/null; then
        exec 3<&0
    else
        exec 3</dev/null
    fi
}

# ask_possible: is somebody there, and will they see the question?
ask_possible() {
    [ -t 3 ] && [ -t 2 ]
}

# ask_line PROMPT reads one line into ask_text. Steps side by side ask one after the other.
ask_line() {
    ask_turn
    say_prompt "$1"
    ask_text=''
    IFS= read -r ask_text <&3
    ask_status=$?
    ask_turn_over
    if [ "$ask_status" -ne 0 ]; then
        printf '\n' >&2
        return 4
    fi
    one_line "$ask_text" || return 4
}

ask_answer() {
    printf '%s' "$ask_text"
}

ask_turn() {
    while ! mkdir "$RBK_STATE/tmp/asking" 2>/dev/null; do
        sleep 1
    done
}

ask_turn_over() {
    rmdir "$RBK_STATE/tmp/asking" 2>/dev/null || :
}

# ask_word NAME WORD QUESTION: the question is put until WORD or `no` is typed; three misses are a no to be
# asked again. `--approve NAME=WORD` and `--approve NAME=no` answer beforehand.
ask_word() {
    if option_said approve "$1" "$2"; then
        journal answered "$1" "$2" beforehand "by=$(ask_by)" || return 4
        return 0
    fi
    if option_said approve "$1" no; then
        journal answered "$1" no beforehand "by=$(ask_by)" || return 4
        return 1
    fi
    ask_possible || return 4
    say_in '' "$3" >&2
    ask_tries=3
    while [ "$ask_tries" -gt 0 ]; do
        ask_line "Type \`$2\` to go on, \`no\` to stop:" || return 4
        case $ask_text in
            "$2")
                journal answered "$1" "$2" typed "by=$(ask_by)" || return 4
                return 0
                ;;
            no)
                journal answered "$1" no typed "by=$(ask_by)" || return 4
                return 1
                ;;
        esac
        ask_tries=$((ask_tries - 1))
        [ -z "$ask_text" ] || warn "  \`$ask_text\` is neither \`$2\` nor \`no\`."
    done
    return 4
}

# ask_one_of NAME QUESTION WORD... reads one of the words into ask_text.
ask_one_of() {
    ask_name=$1 ask_question=$2
    shift 2
    ask_possible || return 4
    say_in '' "$ask_question" >&2
    ask_tries=3
    while [ "$ask_tries" -gt 0 ]; do
        ask_line "Type $(ask_words "$@"):" || return 4
        if listed "$ask_text" "$*" && is_name "$ask_text"; then
            journal answered "$ask_name" "$ask_text" typed "by=$(operator)" || return 4
            return 0
        fi
        ask_tries=$((ask_tries - 1))
        [ -z "$ask_text" ] || warn "  \`$ask_text\` is none of them."
    done
    return 4
}

# ask_words WORD... prints them as one reads them.
ask_words() {
    printf "\`%s\`" "$1"
    shift
    while [ $# -gt 1 ]; do
        printf ", \`%s\`" "$1"
        shift
    done
    [ $# -eq 0 ] || printf " or \`%s\`" "$1"
}

# ask_by prints who answers: the operator, or who was named with --as.
ask_by() {
    ask_as=$(option as)
    printf '%s' "${ask_as:-$(operator)}"
}
