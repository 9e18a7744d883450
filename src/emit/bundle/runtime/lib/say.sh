# say.sh: what people see on the screen.
#
# Owns colour, the width of the screen, the stripping of control characters and the
# line that moves while a step is under way. Refuses to know what the words mean. The product goes
# to stdout, the conversation (questions, refusals, warnings) to stderr.

say_red='' say_green='' say_yellow='' say_bold='' say_dim='' say_plain=''
say_live=no
say_width=0             # lines of prose are broken here; 0: they stay as they are

say_begin() {
    [ -t 1 ] || return 0
    say_width_know
    case ${TERM:-dumb} in dumb) return 0 ;; esac
    say_live=yes
    [ -z "${NO_COLOR-}" ] || return 0
    say_escape=$(printf '\033')
    say_red="${say_escape}[31m" say_green="${say_escape}[32m" say_yellow="${say_escape}[33m"
    say_bold="${say_escape}[1m" say_dim="${say_escape}[2m" say_plain="${say_escape}[0m"
}

# What is read on a wide screen is no broader than a page.
say_width_know() {
    say_width=$(stty size <&1 2>/dev/null | awk '{ print $2 }')
    is_whole_number "$say_width" && [ "$say_width" -gt 0 ] || say_width=80
    [ "$say_width" -le 100 ] || say_width=100
    [ "$say_width" -ge 40 ] || say_width=40
}

# say_moves: may a line on the screen be written over?
say_moves() {
    [ "$say_live" = yes ]
}

# say_still: from here on lines are only added; several that write over the same one would make it unreadable.
say_still() {
    say_live=no
}

# plain TEXT prints it without anything a terminal would obey: control characters,
# their eight bit cousins in UTF-8, and the marks that turn the reading order around.
plain() {
    case $* in
        *[!' '-~]*) printf '%s\n' "$*" | plain_stream ;;
        *) printf '%s\n' "$*" ;;
    esac
}

plain_stream() {
    awk '{
        gsub(/[\001-\010\013-\037\177]/, "")
        gsub(/\302[\200-\237]/, "")
        gsub(/\342\200[\252-\256]/, "")
        gsub(/\342\201[\246-\251]/, "")
        print
    }'
}

# say_in COLOUR TEXT... Most lines are plain already, and no process is started for those.
say_in() {
    say_colour=$1
    shift
    say_words=$*
    case $say_words in *[!' '-~]*) say_words=$(plain "$say_words") ;; esac
    if [ "$say_width" -gt 0 ] && [ "${#say_words}" -gt "$say_width" ]; then
        say_words=$(printf '%s\n' "$say_words" | say_broken)
    fi
    printf '%s%s%s\n' "$say_colour" "$say_words" "${say_colour:+$say_plain}"
}

# say_broken breaks lines between words; what follows is indented a little more than the line's beginning. A word that is too long
# for the screen, such as a path, is left whole; so is what is to be typed, where it fits a line of its own.
say_broken() {
    awk -v "width=${say_width:-0}" '
        function broad(text) { gsub(/[\200-\277]/, "", text); return length(text) }
        {
            match($0, /^ */)
            hang = RLENGTH ? substr($0, 1, RLENGTH) "  " : ""
            begin = RLENGTH + 1
            while (width && broad($0) > width) {
                cut = 0
                for (i = begin; i <= length($0); i++) {
                    if (substr($0, i, 1) != " ") continue
                    if (cut && broad(substr($0, 1, i - 1)) > width) break
                    cut = i
                }
                if (!cut) break
                at = index($0, "./rollback ")
                if (at > begin && at < cut && broad(substr($0, at)) + length(hang) <= width) cut = at - 1
                line = substr($0, 1, cut - 1); rest = substr($0, cut + 1)
                sub(/ +$/, "", line); sub(/^ +/, "", rest)
                print line
                $0 = hang rest; begin = length(hang) + 1
            }
            print
        }'
}

say() {
    say_in '' "$*"
}

say_title() {
    printf '\n'
    say_in "$say_bold" "$*"
}

say_good() {
    say_in "$say_green" "$*"
}

say_bad() {
    say_in "$say_red" "$*"
}

say_aside() {
    say_in "$say_dim" "$*"
}

warn() {
    say_in "$say_yellow" "$*" >&2
}

# say_indented FILE shows a file of the plan or a log, stripped, behind a margin.
say_indented() {
    plain_stream <"$1" | sed 's/^/    /'
}

# say_prose FILE: the same for what is read and not copied.
say_prose() {
    plain_stream <"$1" | sed 's/^\(.\)/    \1/' | say_broken
}

# say_next COMMAND names the next sensible thing to type.
say_next() {
    printf '  %s%s%s\n' "$say_bold" "$(plain "./rollback $*")" "$say_plain"
}

say_prompt() {
    printf '%s%s%s ' "$say_bold" "$(plain "$*")" "$say_plain" >&2
}

# die STATUS TEXT ends a command that has not begun a step.
die() {
    die_status=$1
    shift
    say_in "$say_red" "rollback: $*" >&2
    lock_release
    exit "$die_status"
}

# say_clock ESTIMATE SINCE moves a line on the terminal until it is stopped: a spinner, the time that has passed, the time that
# was expected, and how long the run has taken, which began at SINCE. Run in the background.
say_clock() {
    clock_start=$(now)
    while :; do
        for clock_mark in '|' '/' '-' "\\"; do
            clock_now=$(now)
            clock_text=$(duration $((clock_now - clock_start)))
            if [ -n "$1" ] && [ $((clock_now - clock_start)) -gt "$1" ]; then
                clock_text="$clock_text, longer than the $(duration "$1") that were expected"
            elif [ -n "$1" ]; then
                clock_text="$clock_text of $(duration "$1")"
            fi
            # A line that is too long would be broken, and then not written over.
            clock_run="; the run: $(duration $((clock_now - ${2:-$clock_start})))"
            [ "$((${#clock_text} + ${#clock_run} + 6))" -gt "$say_width" ] || clock_text=$clock_text$clock_run
            printf '\r  %s %s \033[K' "$clock_mark" "$clock_text"
            sleep 1
            kill -s 0 "$$" 2>/dev/null || return 0
        done
    done
}
