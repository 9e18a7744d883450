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

# process_start PID prints when it started, in the system's own terms.
process_start() {
    processes | awk -v "pid=$1" '$1 == pid { print $4; found = 1 } END { if (!found) print "-" }'
}

# process_alive PID [START]: is it running? A zombie is not, though `kill -0` says so; and neither
# is another process that was given the same number since.
process_alive() {
    processes | awk -v "pid=$1" -v "start=${2:--}" '
        $1 == pid && $3 !~ /^Z/ && (start == "-" || $4 == "" || $4 == start) { found = 1 }
        END { exit !found }'
}

# process_tree PID prints it and its descendants that are alive.
process_tree() {
    processes | awk -v "root=$1" '
        $3 !~ /^Z/ { parent[$1] = $2 }
        END {
            wanted[root] = 1
            do {
                grown = 0
                for (pid in parent) if (!(pid in wanted) && (parent[pid] in wanted)) { wanted[pid] = 1; grown = 1 }
            } while (grown)
            for (pid in wanted) if (pid in parent) print pid
        }'
}

# process_stop PID: TERM to the whole tree, ten seconds to think, then KILL.
process_stop() {
    process_family=$(process_tree "$1")
    [ -n "$process_family" ] || return 0
    process_signal TERM
    process_patience=100
    while [ "$process_patience" -gt 0 ]; do
        process_family=$(process_survivors)
        [ -n "$process_family" ] || return 0
        sleep 0.1 2>/dev/null || {
            sleep 1
            process_patience=$((process_patience - 9))
        }
        process_patience=$((process_patience - 1))
    done
    process_signal KILL
}

# A family has members without a common ancestor once its head is gone: all are named.
process_signal() {
    for process_member in $process_family; do
        kill -s "$1" "$process_member" 2>/dev/null || :
    done
}

process_survivors() {
    for process_member in $process_family; do
        process_tree "$process_member"
    done | sort -u
}

# processes_left prints the pids of a run's processes that are still alive on this host: what `kill -9`
# of the runner leaves behind.
processes_left() {
    processes_recorded | while read -r left_pid left_start left_host; do
        [ "$left_host" = "$(host_name)" ] || continue
        ! process_alive "$left_pid" "$left_start" || printf '%s ' "$left_pid"
    done
}
