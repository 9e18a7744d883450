# manual.sh: a step that a person does, or another tool.
#
# Owns showing what is to be done and hearing that it has been done. Refuses to believe it unless somebody says so, or the
# step's own check does.

# step_manual ...: what to do is shown; `done` is typed when it has been done. Without a terminal the run waits.
step_manual() {
    [ -z "${walk_external-}" ] || say "  This is carried out by ${walk_external-}."
    [ -z "${step_by-}" ] || say "  by $(role_of "$step_by")"
    step_text=$(program_file "${step_file-}")
    [ ! -r "$step_text" ] || manual_task "$step_text" >"$RBK_STATE/tmp/task.$1"
    [ ! -s "$RBK_STATE/tmp/task.$1" ] || say_prose "$RBK_STATE/tmp/task.$1"
    rm -f "$RBK_STATE/tmp/task.$1"
    journal_or_stop started "$1" 1 "${step_takes-}" "$2"
    step_started=$(journal_second)
    step_answer=''
    case $(option_value assume "$1") in
        'done')
            journal_or_stop assumed "$1" 'done' beforehand "by=$(operator)"
            step_answer='done'
            ;;
    esac
    # What another tool carries out may be found done without anybody having to say so.
    if [ -z "$step_answer" ] && [ -n "${step_change-}" ] && settle_checks "$1"; then
        step_answer='done'
    fi
    if [ -z "$step_answer" ] && ask_word "$1" 'done' "  Do this, then say so."; then
        step_answer='done'
    fi
    if [ -z "$step_answer" ]; then
        journal_or_stop redo "$1"
        walk_stop 4 pending "$2: a person does this.
When it has been done: ./rollback resume --assume $1=done"
        return 1
    fi
    step_changes_are "$1" "$(step_aim)"
    journal_or_stop effect "$1" "$(($(now) - step_started))"
}

# manual_task FILE prints what is to be done: the file without the heading, which names the step, and the line of where it stands.
manual_task() {
    awk '
        NR == 1 && /^# / { heading = 1; next }
        heading && /^$/ { if (++blanks == 2) heading = 0; next }
        heading && blanks == 1 { next }
        { print }' "$1"
}
