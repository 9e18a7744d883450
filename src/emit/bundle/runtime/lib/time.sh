# time.sh: how long it still takes.
#
# Owns the sum of the plan's estimates over what is still to be done: one thing after another, the longest way through what stands
# side by side, the longest option until one is chosen, a step with its fallback. Steps without an estimate count nothing, and are
# told. What is done, passed over, or undoes a change that is not there counts nothing either.

# time_left PROGRAM prints the seconds, and how many steps have no estimate. RUN's steps are looked at where there is one; what
# counts from earlier runs is walk_counted.
time_left() {
    {
        state_query '
            event == "change" { state[item] = first }
            run != r { next }
            event == "started" || event == "redo" { delete over[item] }
            event == "done" || event == "skipped" || event == "done-by-fallback" { over[item] = 1 }
            event == "failed-over" { failing[item] = 1 }
            event == "chosen" { chosen[item] = first }
            END {
                for (name in state) print "change", name, state[name]
                for (name in over) print "over", name
                for (name in failing) print "failing", name
                for (name in chosen) print "chosen", name, chosen[name]
            }' "r=${2:--}"
        for time_each in ${3-}; do printf 'over %s\n' "$time_each"; done
        program_visit time "$1"
    } | awk '
        BEGIN { depth = 0 }
        function there(names,  list, i, n) {
            n = split(names, list, ",")
            for (i = 1; i <= n; i++) if (state[list[i]] ~ /^(applied|begun|unknown)$/) return 1
            return 0
        }
        function longer(one, other) { return one > other ? one : other }
        # Adds what an item takes to the block that is open; behind what it waits for, where the block is side by side.
        function put(id, time, waits,  list, i, n, begin) {
            if (kind[depth] != "parallel") { total[depth] += time; return }
            n = split(waits, list, ","); begin = 0
            for (i = 1; i <= n; i++) begin = longer(begin, ends[depth, list[i]] + 0)
            ends[depth, id] = begin + time
            total[depth] = longer(total[depth], begin + time)
        }
        $1 == "change" { state[$2] = $3 }
        $1 == "over" { over[$2] = 1 }
        $1 == "failing" { failing[$2] = 1 }
        $1 == "several" { several[$2] = 1 }
        $1 == "chosen" { name = $2; $1 = ""; $2 = ""; chosen[name] = $0 " " }
        $1 == "step" {
            if (hidden || over[$2] || $4 == "undo" && !there($5)) next
            if ($3 == "-" && $7 == "timed" && !failing[$2]) unknown++
            put($2, failing[$2] ? 0 : $3 + 0, $6)
        }
        $1 == "begin" {
            if (hidden || over[$3] || over[$5] || $2 == "option" && ($4 in chosen) && !index(chosen[$4], " " $6 " ")) { hidden++; next }
            depth++
            kind[depth] = $2; name_of[depth] = $3; choice[depth] = $4; owner[depth] = $5; waits_of[depth] = $7; stated[depth] = $8
            total[depth] = 0; unknown_before[depth] = unknown
        }
        $1 == "end" {
            if (hidden) { hidden--; next }
            time = total[depth]; block = depth--
            if (stated[block] != "-") { time = stated[block] + 0; unknown = unknown_before[block] }
            if (kind[block] == "option" && !several[choice[block]]) {
                # Only one option is taken: what this one adds to the longest before it.
                if (kind[depth] == "parallel") put(choice[block], longer(time, ends[depth, choice[block]] + 0), "")
                else if (time > best[choice[block]]) { put("", time - best[choice[block]], ""); best[choice[block]] = time }
            } else if (kind[block] == "fallback") {
                put(owner[block], time, owner[block])
            } else put(name_of[block], time, waits_of[block])
            for (item in ends) { split(item, part, SUBSEP); if (part[1] + 0 > depth) delete ends[item] }
        }
        END { print total[0] + 0, unknown + 0 }'
}

time_phase() { :; }
time_decision() { :; }
time_end() { printf 'end\n'; }

time_choose() {
    case " $* " in
        *" several=yes "*) printf 'several %s\n' "$1" ;;
    esac
}

# A verification or a look takes no time that anybody would estimate.
time_step() {
    time_id=$1 time_kind=timed
    shift 2
    time_read "$@"
    printf 'step %s %s %s %s %s %s\n' "$time_id" "$time_takes" "$time_effect" "$time_changes" "$time_after" "$time_kind"
}

time_begin() {
    time_word=$1 time_id=$2
    shift 3
    time_read "$@"
    printf 'begin %s %s %s %s %s %s %s\n' "$time_word" "$time_id" "$time_choice" "$time_of" "$time_option" "$time_after" "$time_takes"
}

# time_read FIELD...: what of them matters here, `-` where there is nothing.
time_read() {
    time_takes=- time_effect=- time_changes=- time_after=- time_choice=- time_of=- time_option=-
    for time_field do
        case $time_field in
            takes=*) time_takes=${time_field#*=} ;;
            effect=*) time_effect=${time_field#*=} ;;
            change=* | undoes=*) time_changes=$time_changes,${time_field#*=} ;;
            after=*) time_after=$time_after,${time_field#*=} ;;
            choose=*) time_choice=${time_field#*=} ;;
            of=*) time_of=${time_field#*=} ;;
            option=*) time_option=${time_field#*=} ;;
            kind=verify | kind=show | kind=capture | kind=send | kind=set) time_kind=short ;;
        esac
    done
}

# time_words SECONDS UNKNOWN prints `about 5m`, `at least 5m`, or nothing when nobody knows.
time_words() {
    case $1:$2 in
        0:*) ;;
        *:0) printf 'about %s' "$(duration "$1")" ;;
        *) printf 'at least %s' "$(duration "$1")" ;;
    esac
}
