# values.sh: small questions about plain values: clocks, durations, names, sums.
#
# Owns the conversions; knows nothing of plans, steps or files of the bundle.
# A function that has more than a yes or no to say prints it.

TAB='	'
NEWLINE='
'

# one_line TEXT: does it hold neither a tab nor a line break?
one_line() {
    case $1 in
        *"$TAB"* | *"$NEWLINE"*) return 1 ;;
    esac
}

# Seconds since 1970.
now() {
    date -u '+%s'
}

# pause SECONDS, in which a signal is heard at once: a shell that runs `sleep` in the foreground hears it afterwards.
pause() {
    sleep "$1" >/dev/null 2>&1 &
    wait "$!"
}

# slept SINCE prints the seconds that a second of sleep has taken: a busy machine makes more of it, and a clock that was set
# meanwhile counts as one.
slept() {
    slept_seconds=$(($(now) - $1))
    case $slept_seconds in
        [1-9] | [1-5][0-9]) printf '%s' "$slept_seconds" ;;
        *) printf 1 ;;
    esac
}

# now_stamp: UTC for people and seconds for arithmetic, of the same moment.
now_stamp() {
    date -u "+%Y-%m-%dT%H:%M:%SZ${TAB}%s"
}

# seconds_of 2026-03-07T01:00:00Z prints the seconds since 1970: `date -d` is
# GNU's, `date -r` BSD's, so the calendar is worked out here.
seconds_of() {
    printf '%s\n' "$1" | awk -F '[-T:Z]' '{
        year = $1 + 0; month = $2 + 0
        if (month <= 2) { year--; month += 12 }
        days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400)
        days += int((153 * (month - 3) + 2) / 5) + $3 - 1 - 719468
        printf "%d\n", days * 86400 + $4 * 3600 + $5 * 60 + $6
    }'
}

# duration 3725 prints 1h02m05s.
duration() {
    duration_left=${1#-}
    case $1 in -*) printf '%s' '-' ;; esac
    if [ "$duration_left" -ge 86400 ]; then
        printf '%dd' $((duration_left / 86400))
        duration_left=$((duration_left % 86400))
        [ "$duration_left" -eq 0 ] || printf '%dh' $((duration_left / 3600))
    elif [ "$duration_left" -ge 3600 ]; then
        printf '%dh%02dm' $((duration_left / 3600)) $((duration_left % 3600 / 60))
        [ $((duration_left % 60)) -eq 0 ] || printf '%02ds' $((duration_left % 60))
    elif [ "$duration_left" -ge 60 ]; then
        printf '%dm' $((duration_left / 60))
        [ $((duration_left % 60)) -eq 0 ] || printf '%02ds' $((duration_left % 60))
    else
        printf '%ds' "$duration_left"
    fi
}

# duration_seconds 1h30m prints 5400; status 1 when it is no duration.
duration_seconds() {
    printf '%s\n' "$1" | awk '
        !/^([0-9]+[wdhms])+$/ { exit 1 }
        {
            unit["w"] = 604800; unit["d"] = 86400; unit["h"] = 3600; unit["m"] = 60; unit["s"] = 1
            rest = $0
            while (match(rest, /^[0-9]+/)) {
                total += substr(rest, 1, RLENGTH) * unit[substr(rest, RLENGTH + 1, 1)]
                rest = substr(rest, RLENGTH + 2)
            }
            printf "%d\n", total
        }'
}

# is_name NAME: a name of the plan, safe in a path and in a blank separated list.
is_name() {
    case $1 in
        '' | [!a-z]* | *[!a-z0-9_.-]*) return 1 ;;
    esac
}

is_whole_number() {
    case $1 in
        '' | *[!0-9]*) return 1 ;;
    esac
}

# listed WORD LIST: is WORD one of the blank separated LIST?
listed() {
    [ -n "$1" ] || return 1
    case " $2 " in
        *" $1 "*) return 0 ;;
    esac
    return 1
}

# variable_name waitlist-mode prints waitlist_mode; a name as part of a variable's.
variable_name() {
    case $1 in
        *[.-]*) printf '%s' "$1" | tr '.-' '__' ;;
        *) printf '%s' "$1" ;;
    esac
}

# parameter_name waitlist-mode prints WAITLIST_MODE.
parameter_name() {
    printf '%s' "$1" | tr 'abcdefghijklmnopqrstuvwxyz.-' 'ABCDEFGHIJKLMNOPQRSTUVWXYZ__'
}

# variable_value NAME prints what the variable NAME holds. The name has been
# checked, so that nothing but a name is ever evaluated.
variable_value() {
    case $1 in
        '' | [0-9]* | *[!A-Za-z0-9_]*) return 1 ;;
    esac
    eval "printf '%s' \"\${$1-}\""
}

# sha256 FILE prints its sum. A directory's is that of the sums of its files.
sha256() {
    if [ -d "$1" ]; then
        (
            cd "$1" || exit 1
            find . -type f | sort | while IFS= read -r sum_of; do
                printf '%s  %s\n' "$(sha256 "$sum_of")" "$sum_of"
            done
        ) | sha256_stdin
    else
        sha256_stdin <"$1"
    fi
}

sha256_stdin() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum
    else
        shasum -a 256
    fi | cut -d ' ' -f 1
}

# size FILE_OR_DIRECTORY prints its bytes.
size() {
    if [ -d "$1" ]; then
        find "$1" -type f -exec wc -c {} + | awk '$2 != "total" { sum += $1 } END { printf "%d\n", sum }'
    else
        wc -c <"$1" | tr -d ' '
    fi
}

# host_name prints this machine's; ./rollback has asked for it once.
host_name() {
    if [ -n "${RBK_HOST-}" ]; then printf '%s\n' "$RBK_HOST"; else uname -n; fi
}
