# journal.sh: what happened, one line an event, never changed afterwards.
#
# Owns the file's format and its durability. Refuses to know what follows from
# the events: state.sh reads them. A line is
#
#     time <tab> seconds <tab> run <tab> program <tab> event <tab> item <tab> field... <tab> .
#
# The full stop says that the whole line was written: a line torn by a crash lacks it
# and is not read. The first line binds the journal to one compiled plan.

journal_file=$RBK_STATE/journal
journal_run=-
journal_program=-

# journal_for RUN PROGRAM: what the following events belong to.
journal_for() {
    journal_run=$1
    journal_program=$2
}

# journal_bound: 0 when there is no journal yet or it is this plan's; 1 when it
# belongs to another plan; 2 when it can't be read.
journal_bound() {
    [ -e "$journal_file" ] || return 0
    [ -r "$journal_file" ] || return 2
    [ "$(sed 1q "$journal_file")" = "$(journal_header)" ]
}

journal_header() {
    printf 'rbk-journal\t1\t%s\t.' "${plan_id-}"
}

# journal_open makes the state directory and the journal's first line, and closes a torn
# last line so that the next event begins on its own.
journal_open() {
    mkdir -p "$RBK_STATE/log" "$RBK_STATE/captures" "$RBK_STATE/backups" "$RBK_STATE/tmp" &&
        chmod 700 "$RBK_STATE" || return 1
    if [ ! -s "$journal_file" ]; then
        printf '%s\n' "$(journal_header)" >>"$journal_file" || return 1
    elif [ "$(tail -c 1 "$journal_file" | wc -l)" -eq 0 ]; then
        printf '\n' >>"$journal_file" || return 1
    fi
    journal_sync
}

# journal EVENT ITEM FIELD...: one line, one write, on the disk before it returns. A
# status other than 0 means that it is not there, and that nothing may follow from it.
journal() {
    journal_stamp=$(now_stamp)
    journal_line="$journal_stamp$TAB$journal_run$TAB$journal_program"
    for journal_field do
        case $journal_field in
            *[!' '-~]*) journal_field=$(printf '%s' "$journal_field" | tr '\000-\037\177' ' ') ;;
        esac
        journal_line=$journal_line$TAB$journal_field
    done
    printf '%.3500s\t.\n' "$journal_line" >>"$journal_file" && journal_sync
}

# journal_path PATH prints it as it stands in a line: below the state directory, which may be moved, it begins with a full stop; what a
# line can't hold, a line break say, goes there as its bytes.
journal_path() {
    path_text=$1
    case $path_text in "$RBK_STATE"/*) path_text=.${path_text#"$RBK_STATE"} ;; esac
    case $path_text in
        *[!' '-~]*)
            if [ "$(printf '%s' "$path_text" | tr '\000-\037\177' ' ')" != "$path_text" ]; then
                path_text="bytes:$(printf '%s' "$path_text" | od -An -v -tx1 | tr -d ' \n')"
            fi
            ;;
    esac
    printf '%s' "$path_text"
}

# journal_place TEXT: the path that a line speaks of, in path_place.
journal_place() {
    path_place=$1
    case $path_place in
        bytes:*)
            path_place=$(printf '%s\n' "${path_place#bytes:}" | awk '{
                digits = "0123456789abcdef"
                for (at = 1; at < length($0); at += 2) printf "%c", (index(digits, substr($0, at, 1)) - 1) * 16 + index(digits, substr($0, at + 1, 1)) - 1
                print "." }')
            path_place=${path_place%.}
            ;;
    esac
    case $path_place in ./*) path_place=$RBK_STATE${path_place#.} ;; esac
}

# journal_when, journal_second: the time of the last event, for people and for arithmetic.
journal_when() {
    printf '%s' "${journal_stamp%%"$TAB"*}"
}

journal_second() {
    printf '%s' "${journal_stamp#*"$TAB"}"
}

# Older systems sync everything or nothing; some can't at all, and then the line is
# as safe as any other that was written.
journal_sync() {
    sync "$journal_file" 2>/dev/null || sync 2>/dev/null || :
}

# journal_or_stop EVENT ITEM FIELD...: for what must be on record before it is done.
journal_or_stop() {
    journal "$@" || die 3 "cannot write the journal $journal_file: nothing was done without it"
}
