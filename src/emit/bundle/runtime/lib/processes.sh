# processes.sh: who is alive, and how a process and all it has started are stopped.
#
# Owns the reading of the process table. No process groups: a shell without a terminal has
# no job control, `setsid` takes a step away from sudo's ticket, and GNU `timeout` takes it
# out of reach of Ctrl-C. So the tree is walked. What has made itself a daemon is not
# found that way and is left alone. Refuses to know what a step is.

# processes prints pid, parent, state and start of every process. The start tells a process
# from a later one with the same number.
processes() {
    if [ -r /proc/self/stat ]; then
        cat /proc/[0-9]*/stat 2>/dev/null | awk '{
            pid = $1
            sub(/.*\) /, "")
            print pid, $2, $1, $20
        }'
    else
        ps -A -o pid= -o ppid= -o stat= -o lstart= 2>/dev/null | awk '{ print $1, $2, $3, $4 $5 $6 $7 $8 }'
    fi
}

# process_look PID finds its state and its start, both empty when it is not there. The whole table is long on a busy machine,
# so one process is looked for by itself. Its name may hold anything, a bracket and a line break too.
process_look() {
    process_state='' process_since='' process_words=''
    is_whole_number "$1" || return 0
    if [ -r /proc/self/stat ]; then
        [ -r "/proc/$1/stat" ] || return 0
        while IFS= read -r process_line || [ -n "$process_line" ]; do
            process_words="$process_words $process_line"
        done 2>/dev/null <"/proc/$1/stat"
        process_words=${process_words##*') '}
        # The third field of the file is the state, the twenty-second the start.
        read -r process_state _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ process_since _ <<END
$process_words
END
    else
        read -r process_state process_since <<END
$(processes | awk -v "pid=$1" '$1 == pid { print $3, $4 }')
END
    fi
}

# process_start PID prints when it started, in the system's own terms.
process_start() {
    process_look "$1"
    printf '%s\n' "${process_since:--}"
}

# process_alive PID [START]: is it running? A zombie is not, though `kill -0` says so; and neither
# is another process that was given the same number since.
process_alive() {
    process_look "$1"
    case $process_state in '' | Z*) return 1 ;; esac
    case ${2:--} in
        - | "$process_since") return 0 ;;
    esac
    [ -z "$process_since" ]
}

# process_tree PIDS prints those, a blank between, and their descendants, as far as they are alive.
process_tree() {
    processes | awk -v "roots=$1" '
        $3 !~ /^Z/ { parent[$1] = $2 }
        END {
            count = split(roots, root, " ")
            for (i = 1; i <= count; i++) wanted[root[i]] = 1
            do {
                grown = 0
                for (pid in parent) if (!(pid in wanted) && (parent[pid] in wanted)) { wanted[pid] = 1; grown = 1 }
            } while (grown)
            for (pid in wanted) if (pid in parent) printf "%s ", pid
        }'
}

# process_stop PID: TERM to the whole tree, ten seconds to think, then KILL.
process_stop() {
    process_family=$(process_tree "$1")
    [ -n "$process_family" ] || return 0
    process_signal TERM
    process_patience=100
    while [ "$process_patience" -gt 0 ]; do
        process_family=$(process_tree "$process_family")
        [ -n "$process_family" ] || return 0
        sleep 0.1 2>/dev/null || {
            sleep 1
            process_patience=$((process_patience - 9))
        }
        process_patience=$((process_patience - 1))
    done
    process_signal KILL
}

# Once its head is gone a family has no common ancestor: all are named, here and when it is looked for again.
process_signal() {
    for process_member in $process_family; do
        kill -s "$1" "$process_member" 2>/dev/null || :
    done
}

# processes_left prints the pids of a run's processes that are still alive on this host: what `kill -9`
# of the runner leaves behind.
processes_left() {
    processes_recorded | while read -r left_pid left_start left_host; do
        [ "$left_host" = "$(host_name)" ] || continue
        ! process_alive "$left_pid" "$left_start" || printf '%s ' "$left_pid"
    done
}

# processes_words PIDS says what to do about those that are left. Whoever stops the head alone leaves what it has started.
processes_words() {
    words_family=$(process_tree "$1")
    printf '%s' "wait for it, or stop all of it: kill ${words_family% }"
}
