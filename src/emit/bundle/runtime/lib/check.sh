# Checks: 0 yes, 1 no, 2 could not be asked. What cannot be asked (client missing, connection refused, an error of SQL, a
# timeout, a baseline that was never captured) is never yes and never no.

scratch=''

# load_check NAME
load_check() {
    check_kind='' check_target='' check_target2='' check_via='' check_file='' check_shell='' check_method=''
    check_path='' check_headers='' check_body='' check_question='' check_expect='' check_timeout='' check_retry='' check_every=''
    check_dir='' check_dir_env=''
    read_conf "checks/$1.conf" || return 2
    check_name=$1
    check_seconds=${check_timeout:-30}
}

# bundle_file NAME: a code file of a check; paths are relative to the bundle or to checks/.
bundle_file() {
    [ -n "$1" ] || return 0
    if [ -f "$RBK_HOME/checks/$1" ]; then printf '%s' "$RBK_HOME/checks/$1"; else printf '%s' "$RBK_HOME/$1"; fi
}

# check_ask NAME: asks, as often as its retry allows while the answer is not yes.
check_ask() {
    load_check "$1" || return 2
    tries_left=${check_retry:-0}
    while :; do
        check_once
        check_answer=$?
        [ "$check_answer" -ne 0 ] && [ "$tries_left" -gt 0 ] || return "$check_answer"
        tries_left=$((tries_left - 1))
        sleep "${check_every:-1}"
    done
}

# check_show NAME: prints what it sees; its answer is not judged. 2 when it could not be asked.
check_show() {
    load_check "$1" || return 2
    [ "$check_kind" != ask ] || { because 2 'a question for people has nothing to show'; return; }
    scratch_file seen || return 2
    seen=$scratch
    check_see "$seen" || { rm -f "$seen" "$seen.2"; return 2; }
    shown_text <"$seen"
    [ "$check_kind" != compare ] || { printf -- '---\n'; shown_text <"$seen.2"; }
    rm -f "$seen" "$seen.2"
    because 0 ''
}

# check_capture NAME FILE: the complete result, for `baseline`.
check_capture() {
    load_check "$1" || return 2
    check_see "$2.part" || { rm -f "$2.part" "$2.part.2"; return 2; }
    rm -f "$2.part.2"
    mv "$2.part" "$2" || { because 2 "cannot write $2"; return; }
    because 0 "captured $(count_rows "$(wc -l <"$2" | tr -d ' ')")"
}

check_once() {
    if [ "$check_kind" = ask ]; then
        check_person
        return
    fi
    scratch_file seen || return 2
    seen=$scratch
    if check_see "$seen"; then check_judge "$seen"; else false; fi
    once_status=$?
    [ "$once_status" -eq 0 ] || [ -n "${judged:-}" ] || once_status=2
    rm -f "$seen" "$seen.2"
    return "$once_status"
}

# check_see OUT: what there is to see, one row a line as postgres_query says; compare leaves the second in OUT.2.
# Sets seen_status to the status of code or of HTTP.
check_see() {
    judged='' seen_status=''
    case $check_kind in
        query) check_see_query "$check_target" "$1" ;;
        compare) check_see_query "$check_target" "$1" && check_see_query "$check_target2" "$1.2" ;;
        shell) check_see_shell "$1" ;;
        http)
            target_connect "$check_target" || return 2
            http_ask "${check_method:-GET}" "$check_path" "$(bundle_file "$check_headers")" "$(bundle_file "$check_body")" "$check_seconds" "$1" || return 2
            seen_status=${http_status:-}
            ;;
        *) because 2 "a check of kind \`$check_kind\` cannot be asked" ;;
    esac
}

check_see_query() {
    target_connect "$1" || return 2
    case ${target_kind:-} in
        postgres) postgres_query "$(bundle_file "$check_file")" "$2" "$check_seconds" ;;
        sqlite) sqlite_query "$(bundle_file "$check_file")" "$2" "$check_seconds" ;;
        mysql | mariadb) mysql_query "$(bundle_file "$check_file")" "$2" "$check_seconds" ;;
        *) because 2 "a query cannot be asked of \`$1\`" ;;
    esac
}

check_see_shell() {
    if [ -n "$check_target" ]; then target_connect "$check_target" || return 2; fi
    check_place=$check_dir
    if [ -n "$check_dir_env" ]; then
        check_place=$(variable_value "$check_dir_env")
        [ -n "$check_place" ] || { because 2 "$check_dir_env, the directory it is asked in, is not set"; return; }
    fi
    limited "$check_seconds" host_run "$check_via" "$check_place" "$check_shell" "$(bundle_file "$check_file")" >"$1"
    seen_status=$?
    case $check_expect in "exit:$seen_status") return 0 ;; esac
    case $seen_status in
        124) because 2 "no answer within ${check_seconds}s" ;;
        126 | 127) because 2 'a command it needs is missing' ;;
        255) because 2 'a host could not be reached' ;;
        *) [ "$seen_status" -lt 128 ] || because 2 "it was ended by signal $((seen_status - 128))" ;;
    esac
}

# limited SECONDS COMMAND...: 124 when it took longer. Stops it with all that it started. That the time was up is told by
# a file, not by how the watcher ended: shells differ in what a signal does to one that waits.
limited() {
    scratch_file late || return 2
    late=$scratch
    limit=$1
    shift
    "$@" &
    limited_pid=$!
    (
        trap - TERM
        limit_spent=0
        while [ "$limit_spent" -lt "$limit" ]; do
            limit_from=$(now)
            sleep 1
            limit_spent=$((limit_spent + $(slept "$limit_from")))
        done
        : >"$late"
        command -v process_stop >/dev/null 2>&1 || command . "$RBK_HOME/lib/processes.sh"
        process_stop "$limited_pid"
    ) </dev/null >/dev/null 2>&1 &
    limit_pid=$!
    wait "$limited_pid" 2>/dev/null
    limited_status=$?
    [ -e "$late" ] || kill "$limit_pid" 2>/dev/null
    wait "$limit_pid" 2>/dev/null
    [ -e "$late" ] || return "$limited_status"
    rm -f "$late"
    return 124
}

# check_judge SEEN: compares with check_expect. Sets `judged` when there was something to compare.
check_judge() {
    rows=$(wc -l <"$1" | tr -d ' ')
    case $check_kind in shell | http) plain=yes ;; *) plain='' ;; esac
    text=$(seen_text "$1"; printf x)
    text=${text%x}
    while :; do case $text in *"
") text=${text%?} ;; *) break ;; esac; done
    case $check_expect in
        exit:*) check_verdict "$seen_status" "${check_expect#exit:}" "ended with status $seen_status" ;;
        status:*) check_verdict "$seen_status" "${check_expect#status:}" "answered with status $seen_status" ;;
        '') check_default "$1" ;;
        *)
            if [ "$check_kind" = shell ] && [ "$seen_status" -ne 0 ]; then
                because 2 "it ended with status $seen_status"
                return
            fi
            check_expected "$1"
            ;;
    esac
}

# What a check means that says nothing: the code succeeds, the service answers 2xx, both sides are equal.
check_default() {
    case $check_kind in
        shell) check_verdict "$seen_status" 0 "ended with status $seen_status" ;;
        http) check_verdict "${seen_status%??}xx" 2xx "answered with status $seen_status" ;;
        compare) check_expect=equal; check_expected "$1" ;;
        *) because 2 'it says nothing of what is expected' ;;
    esac
}

check_expected() {
    case $check_expect in
        value:* | output:*) check_verdict "$text" "${check_expect#*:}" "$(one_line_of "$text")" "${check_expect#*:}" ;;
        rows:*) check_verdict "$rows" "${check_expect#rows:}" "$(count_rows "$rows")" ;;
        empty)
            if [ -n "$plain" ]; then rows=$(printf '%s' "$text" | awk 'END { print NR }'); fi
            check_verdict "$rows" 0 "$(count_rows "$rows")${text:+: $(one_line_of "$text")}"
            ;;
        op:*) check_number "$text" ;;
        equal) check_same "$1" "$1.2" ;;
        baseline | within:*)
            against=$RBK_STATE/captures/${RBK_RUN-}/${RBK_PROGRAM-}/$check_name
            [ -f "$against" ] || against=$RBK_STATE/captures/$check_name
            [ "$check_kind" != compare ] || against=$1.2
            [ -f "$against" ] || { because 2 'no baseline was captured'; return; }
            case $check_expect in baseline) check_same "$1" "$against" ;; *) check_within "$1" "$against" "${check_expect#within:}" ;; esac
            ;;
        *) because 2 "\`$check_expect\` is not understood" ;;
    esac
}

# check_verdict SEEN WANTED WORDS
check_verdict() {
    judged=yes
    if [ "$1" = "$2" ]; then because 0 "$3"; else because 1 "$3, expected $(one_line_of "$2")"; fi
}

one_line_of() {
    printf '%s\n' "$1" | awk 'NR == 1 { line = substr($0, 1, 200) } END { print line (NR > 1 ? " ... (" NR " lines)" : "") }'
}

# op:>=:5
check_number() {
    operator=${check_expect#op:}
    bound=${operator#*:}
    operator=${operator%%:*}
    is_number "$1" || { because 2 "\`$(one_line_of "$1")\` is no number"; return; }
    judged=yes
    if RBK_A=$1 RBK_O=$operator RBK_B=$bound awk 'BEGIN {
        a = ENVIRON["RBK_A"] + 0; b = ENVIRON["RBK_B"] + 0; o = ENVIRON["RBK_O"]
        exit !((o == ">" && a > b) || (o == ">=" && a >= b) || (o == "<" && a < b) || (o == "<=" && a <= b) || (o == "=" && a == b) || (o == "!=" && a != b))
    }'; then because 0 "$1"; else because 1 "$1, expected $operator $bound"; fi
}

is_number() {
    printf '%s\n' "$1" | awk 'NR > 1 || !/^[ ]*[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?[ ]*$/ { bad = 1 } END { exit bad || NR == 0 }'
}

# Equal as multisets of rows: in which order they came does not matter.
check_same() {
    { LC_ALL=C sort "$1" >"$1.a" && LC_ALL=C sort "$2" >"$1.b"; } || { because 2 'no room for a comparison'; return; }
    judged=yes
    if cmp -s "$1.a" "$1.b"; then
        because 0 "equal: $(count_rows "$rows")"
    else
        because 1 "$(LC_ALL=C comm -3 "$1.a" "$1.b" | awk -v rows="$rows" -v other="$(wc -l <"$1.b" | tr -d ' ')" '
            NR == 1 { first = $0; sub(/^\t/, "", first) } END { printf "%d rows differ (%s here, %s there), the first: %s", NR, rows, other, substr(first, 1, 160) }' | tr '\t' '|')"
    fi
    same_status=$?
    rm -f "$1.a" "$1.b"
    return "$same_status"
}

# check_within SEEN BASELINE PERCENT: one row of numbers each.
check_within() {
    within=$(LC_ALL=C awk -F '\t' -v percent="$3" '
        function number(x) { return x ~ /^ *[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)? *$/ }
        FNR == NR { rows++; fields = NF; for (i = 1; i <= NF; i++) { base[i] = $i; if (!number($i)) bad = 1 }; next }
        { seen++; if (NF != fields) bad = 1
          for (i = 1; i <= NF; i++) { if (!number($i)) { bad = 1; continue }
            off = $i - base[i]; if (off < 0) off = -off; most = base[i] < 0 ? -base[i] : base[i]
            if (off > most * percent / 100) out = out " " $i " against " base[i] } }
        END { if (bad || rows != 1 || seen != 1) print "2"; else if (out != "") print "1" out; else print "0" }' "$2" "$1")
    case $within in
        0) judged=yes; because 0 "within $3% of what was captured" ;;
        1*) judged=yes; because 1 "${within#1 }, more than $3% off" ;;
        *) because 2 'only one row of numbers can be within a percentage' ;;
    esac
}

# A person at the terminal answers; without one the question stays open.
check_person() {
    if [ -t 0 ] && [ -t 2 ]; then
        printf '%s [yes/no] ' "$check_question" >&2
        IFS= read -r said_word || said_word=''
        case $said_word in
            yes) because 0 'answered yes' ;;
            no) because 1 'answered no' ;;
            *) because 2 'not answered with yes or no' ;;
        esac
    else
        because 2 'only a person can answer, and there is no terminal'
    fi
}

# count_rows NUMBER, as one says it.
count_rows() {
    if [ "$1" -eq 1 ]; then printf '1 row'; else printf '%s rows' "$1"; fi
}

# --- rows ---------------------------------------------------------------------------------------------------------

# canonical_rows: psql's output with -0: each row ends with NUL.
canonical_rows() {
    LC_ALL=C tr '\n\000' '\036\n' | canonical_fields
}

# canonical_fields: rows are lines, fields parted by 037, 036 a line break inside a value, 035 NULL.
canonical_fields() {
    LC_ALL=C awk '{
        gsub(/\\/, "&&"); gsub(/\t/, "\\t"); gsub(/\036/, "\\n"); gsub(/\035/, "\\N"); gsub(/\037/, "\t"); print
    }'
}

# shown_text: the same for people: fields parted by |, NULL empty, as psql -At and sqlite3 print it.
shown_text() {
    if [ "$check_kind" = shell ] || [ "$check_kind" = http ]; then
        cat
        return
    fi
    LC_ALL=C awk -F '\t' '{
        line = ""
        for (i = 1; i <= NF; i++) {
            value = $i; out = ""
            if (value == "\\N") value = ""
            while ((at = index(value, "\\")) > 0) {
                c = substr(value, at + 1, 1)
                out = out substr(value, 1, at - 1) (c == "n" ? "\n" : c == "t" ? "\t" : c)
                value = substr(value, at + 2)
            }
            line = line (i > 1 ? "|" : "") out value
        }
        print line
    }'
}

seen_text() {
    shown_text <"$1"
}
