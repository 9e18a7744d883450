# state.sh: what follows from the journal.
#
# Owns every conclusion drawn from events: the state of a change, a step, a run, an
# artifact. Nothing of it is stored; it is read again each time, so that the
# journal is the only truth. Refuses to write anything.

# state_query PROGRAM [NAME=VALUE...] runs an awk program over the events, with the columns
# named. Values are names of the plan or run ids, never free text.
state_query() {
    state_program=$1
    shift
    for state_value do
        shift
        set -- "$@" -v "$state_value"
    done
    state_file=${journal_file:?}
    [ -r "$state_file" ] || state_file=/dev/null
    awk -F '\t' "$@" "NR == 1 || \$NF != \".\" || NF < 7 { next } { time = \$1; seconds = \$2; run = \$3; program = \$4; event = \$5; item = \$6; first = \$7; second = \$8; third = \$9; fourth = \$10 } $state_program" "$state_file"
}

# change_state NAME prints none, applied, undone or unknown. A change that was begun
# and has no outcome is unknown until something can tell.
change_state() {
    state_query '
        event == "change" && item == name { state = first }
        END {
            if (state == "") state = "none"
            if (state == "begun") state = "unknown"
            print state
        }' "name=$1"
}

# changes_there NAMES: is one of them applied, or may it be?
changes_there() {
    for state_each in $1; do
        case $(change_state "$state_each") in applied | unknown) return 0 ;; esac
    done
    return 1
}

# change_time NAME STATE prints when the change last came to that state, in seconds.
change_time() {
    state_query 'event == "change" && item == name && first == wanted { at = seconds } END { print at }' "name=$1" "wanted=$2"
}

# step_state RUN STEP prints what became of a step in a run: none, begun (nobody wrote down
# how it ended), effect (done, and not verified or not as it should be), done, skipped, failed, failed-over
# (its fallback is to be entered), by-fallback.
step_state() {
    state_query '
        run != r || item != name { next }
        event == "started" || event == "interrupted" { state = "begun" }
        event == "effect" || event == "done" || event == "skipped" || event == "failed" || event == "failed-over" { state = event }
        event == "done-by-fallback" { state = "by-fallback" }
        event == "failed" && first == "verify" { state = "effect" }
        event == "failed" && first == "cut" { state = "begun" }
        event == "redo" { state = "none" }
        END { print (state == "" ? "none" : state) }' "r=$1" "name=$2"
}

# steps_counted PROGRAM prints the steps of the preparation or the forward run that still count as
# done, each with `after` when a scenario that undid something has finished since.
steps_counted() {
    state_query '
        event == "change" && first == "undone" { undid[run] = 1 }
        event == "run-ended" && item == "done" && program ~ /^scenarios\// && undid[run] {
            for (name in state) if (state[name] == "before") state[name] = "after"
        }
        program != p { next }
        event == "done" || event == "skipped" || event == "done-by-fallback" || event == "decided" && first == "go" { state[item] = "before" }
        event == "failed" || event == "redo" { delete state[item] }
        END { for (name in state) print name, state[name] }' "p=$1"
}

# run_open prints the run that has not come to its end, if there is one:
# its id, its program and why it stands still (running, failed, pending, interrupted, stopped).
run_open() {
    state_query '
        event == "run-started" { id = run; what = program; why = "running" }
        event == "run-resumed" && run == id { why = "running" }
        event == "run-ended" && run == id {
            if (item ~ /^(done|aborted|left|refused|superseded)$/) id = ""
            else why = item
        }
        END { if (id != "") print id, what, why }'
}

# run_last [PROGRAM] prints the newest run: id, program, outcome.
run_last() {
    state_query '
        event == "run-started" && (wanted == "" || program == wanted) { id = run; what = program; how = "running" }
        event == "run-ended" && run == id { how = item }
        END { if (id != "") print id, what, how }' "wanted=${1-}"
}

# run_left_for prints the scenario for which the newest run was left, when that has not begun: the runner was killed on the way.
run_left_for() {
    state_query '
        event == "run-started" { id = run; next_one = "" }
        event == "run-ended" && run == id { next_one = item == "left" ? second : "" }
        END { if (next_one != "") print next_one }'
}

# run_field RUN EVENT ITEM prints the first field of the run's last such event.
run_field() {
    state_query 'run == r && event == e && item == i { value = first } END { print value }' "r=$1" "e=$2" "i=$3"
}

# run_has RUN EVENT ITEM: did that happen in this run?
run_has() {
    [ -n "$(state_query 'run == r && event == e && item == i { found = 1 } END { if (found) print 1 }' "r=$1" "e=$2" "i=$3")" ]
}

# run_start RUN prints when it began, in seconds.
run_start() {
    state_query 'run == r && event == "run-started" { print seconds; exit }' "r=$1"
}

# artifact_of BACKUP RUN prints path, size and sum of the artifact that a restore uses: the one
# taken in this run, otherwise the newest of the preparation or the forward run. Once a scenario has ended with
# nothing applied any more, what was taken before belongs to an attempt that is over.
artifact_of() {
    state_query '
        event == "change" && first == "undone" { undid[run] = 1 }
        event == "change" { if (first == "applied" || first == "begun") there[item] = 1; else delete there[item] }
        event == "run-ended" && item == "done" && program ~ /^scenarios\// && undid[run] {
            left = 0
            for (change in there) left = 1
            if (!left) found = ""
        }
        event != "artifact" || item != name { next }
        run == r { own = first "\t" second "\t" third }
        program == "prepare" || program == "forward" { found = first "\t" second "\t" third }
        END { if (own != "") print own; else if (found != "") print found }' "name=$1" "r=${2:--}"
}

# processes_recorded prints pid, start and host of every process that was started for a step and whose
# end nobody wrote down.
processes_recorded() {
    state_query '
        event == "child" || event == "branch" { pid[run, item, event] = first " " second " " third; next }
        event ~ /^(effect|done|failed|skipped|interrupted|failed-over|redo)$/ {
            delete pid[run, item, "child"]; delete pid[run, item, "branch"]
        }
        END { for (key in pid) print pid[key] }'
}

# started_stamp prints when the forward run reached T, for people.
started_stamp() {
    state_query 'event == "T" { t = time } END { print t }'
}

# started_at prints T as it was: when the forward run reached the phase that stands at T; else as planned.
started_at() {
    started_at=$(state_query 'event == "T" { t = seconds } END { print t }')
    if [ -z "$started_at" ] && [ -n "${plan_start-}" ]; then
        started_at=$(seconds_of "$plan_start")
    fi
    printf '%s' "$started_at"
}
