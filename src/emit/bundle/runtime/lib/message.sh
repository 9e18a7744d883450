# message.sh: what people are told.
#
# Owns filling {{slots}} and handing the text to its channel, which is a program of the plan or a person. What a slot
# holds is put in literally. Refuses to know when messages are sent.

# message_send ID TITLE FIELD...: 0 sent, 1 it failed, 4 it waits for a slot or for a person.
message_send() {
    conf messages "${step_message-}" message_title message_subject message_file message_channel_send \
        message_channel_title message_channel_shell message_slots || {
        child_refuse "there is no message ${step_message-}"
        return 1
    }
    for message_slot in ${message_slots-}; do
        message_question=$(variable_value "slot_$(variable_name "$message_slot")_question")
        message_filled_in "$message_slot" || message_ask_slot "$message_slot" "$message_question" || {
            child_refuse "the slot $message_slot is not filled in: ./rollback resume --slot $message_slot=TEXT"
            return 4
        }
    done
    mkdir -p "$RBK_STATE/messages"
    message_text=$RBK_STATE/messages/${journal_run:?}-$1.md
    message_filled "$RBK_HOME/messages/${message_file:-$step_message.md}" >"$message_text"
    RBK_MESSAGE_SUBJECT=$(printf '%s\n' "${message_subject-}" | message_fill)
    RBK_MESSAGE_FILE=$message_text
    export RBK_MESSAGE_SUBJECT RBK_MESSAGE_FILE
    say "  to: ${message_channel_title-}"
    [ -z "$RBK_MESSAGE_SUBJECT" ] || say "  subject: $RBK_MESSAGE_SUBJECT"
    say_indented "$message_text"
    if [ -n "${message_channel_send-}" ]; then
        child_run yes "${step_timeout-}" "$(guard_log "$1")" send "$message_channel_send" "${message_channel_shell-}"
    else
        message_by_person "$1"
    fi
}

message_by_person() {
    if [ "$(option_value assume "$1")" = 'done' ] || ask_word "$1" 'done' "  Send this, then type done."; then
        return 0
    fi
    child_refuse "a person sends it ($message_text), then: ./rollback resume --assume $1=done"
    return 4
}

message_filled() {
    message_fill <"$1"
}

# message_fill replaces every {{slot}} that has a value; one that has none stays as it is, for everybody to see.
message_fill() {
    RBK_SLOTS=$(message_values)
    export RBK_SLOTS
    awk '
        BEGIN {
            count = split(ENVIRON["RBK_SLOTS"], lines, "\n")
            for (i = 1; i <= count; i++) {
                at = index(lines[i], "\t")
                value[substr(lines[i], 1, at - 1)] = substr(lines[i], at + 1)
            }
        }
        {
            out = ""; rest = $0
            while ((from = index(rest, "{{")) > 0) {
                out = out substr(rest, 1, from - 1)
                rest = substr(rest, from + 2)
                to = index(rest, "}}")
                if (!to) { out = out "{{"; continue }
                name = substr(rest, 1, to - 1)
                gsub(/^[ ]+|[ ]+$/, "", name)
                out = out (name in value ? value[name] : "{{" name "}}")
                rest = substr(rest, to + 2)
            }
            print out rest
        }'
}

# message_values prints each slot and what it holds, a line each.
message_values() {
    message_start=$(run_start "${journal_run:?}")
    printf 'plan\t%s\n' "${plan_title:-${plan_name-}}"
    case ${journal_program:?} in
        scenarios/*) printf 'scenario\t%s\n' "$(title scenarios "${journal_program#scenarios/}")" ;;
        *) printf 'scenario\t%s\n' "$(program_title "$journal_program")" ;;
    esac
    printf 'started\t%s\n' "$(state_query 'run == r && event == "run-started" { print time; exit }' "r=$journal_run")"
    printf 'now\t%s\n' "$(date -u '+%Y-%m-%dT%H:%M:%SZ')"
    printf 'finished\t%s\n' "$(date -u '+%Y-%m-%dT%H:%M:%SZ')"
    printf 'elapsed\t%s\n' "$(duration $(($(now) - message_start)))"
    printf 'operator\t%s\n' "$(operator)"
    printf 'loss\t%s\n' "$(message_loss)"
    state_query 'event == "recorded" && run == r { print item "\t" first }' "r=$journal_run"
    option_each slot
}

# What was accepted when the scenario was started; nothing else is lost by it.
message_loss() {
    message_value=$(state_query 'run == r && event == "accepted-loss" { loss = first } END { print loss }' "r=$journal_run")
    printf '%s' "${message_value:-nothing}"
}

# message_filled_in SLOT: is it on record for this run, and nothing else given since?
message_filled_in() {
    [ -z "$(option_value slot "$1")" ] && [ -n "$(run_field "$journal_run" recorded "$1")" ]
}

# message_ask_slot SLOT QUESTION: --slot SLOT=TEXT, or a person; 4 when there is neither.
message_ask_slot() {
    message_value=$(option_value slot "$1")
    if [ -z "$message_value" ]; then
        ask_possible || return 4
        ask_line "$2" || return 4
        message_value=$(ask_answer)
        [ -n "$message_value" ] || return 4
    fi
    journal recorded "$1" "$message_value" "by=$(operator)"
}
