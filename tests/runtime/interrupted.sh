# A runner that is ended within a step, by `kill -9`, by TERM, by HUP: the run goes on to its end, and no step is done twice.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/plan.sh"

# begun NAME: a bundle whose migration stands at do-a.
begun() {
    prepared "$1"
    touch "$PLACE/hold-a"
    rb_start forward one
    wait_until "$1: do-a has begun" [ -e "$PLACE/a.pid" ]
}

begun killed
signal KILL
ends_with 137 'KILL ends the runner alone'
expect 3 'its step is still alive' rb resume
says "still running: .* kill .*$(cat "$PLACE/a.pid")" 'and is named, with all it has started'
expect 3 'so nothing else is begun' rb run back --yes
rm "$PLACE/hold-a"
that 'the step ends by itself' wait_until 'do-a has ended' [ -e "$PLACE/a-end" ]
alone() {
    rb run back --yes >"$WORK/out" 2>&1 </dev/null
    ! grep -q 'still running' "$WORK/out"
}
that 'so does its process' wait_until 'the process has ended' alone
says 'is unfinished' 'the run stands in the way of a scenario'
expect 0 'status' rb
says 'UNKNOWN      a' 'nobody wrote down how the step ended'
expect 0 'its check says that it was done' rb resume
same "$(lines "$PLACE/a")" 'a ' 'so it is not done again'
never 'the lock is given back' [ -d "$B/state/lock" ]

for sent in TERM HUP; do
    begun "$sent"
    expect 3 "$sent: a second operator" rb resume
    says "held by .* kill ${runner:?} here" "$sent: is told who holds the lock, and how to stop it"
    expect 0 "$sent: status meanwhile" rb
    says 'under way    a' "$sent: says what is worked on"
    silent_about 'UNKNOWN\|resume  ' "$sent: and alarms nobody"
    # Its step goes on for ever, unless it is stopped.
    signal "$sent"
    that "$sent: is heard within the step" wait_until 'the runner has ended' gone "${runner:?}"
    case $sent in
        TERM) ends_with 143 'TERM ends it as TERM' ;;
        HUP) ends_with 129 'HUP ends it as HUP' ;;
    esac
    that "$sent: it is on record" has interrupted do-a
    never "$sent: the lock is given back" [ -d "$B/state/lock" ]
    that "$sent: the step has been stopped" gone "$(cat "$PLACE/a.pid")"
    rm "$PLACE/hold-a"
    expect 0 "$sent: somebody says that it is to be done again" rb resume --assume do-a=redo
done

# What is left of a run is stopped as it is said.
begun left
signal KILL
ends_with 137 'KILL ends the runner of a step that hangs'
expect 3 'its step hangs still' rb resume
left=$(sed -n 's/.* kill \([0-9 ]*\)$/\1/p' "$WORK/out")
for process in $left; do kill "$process"; done
that 'all of it is stopped' gone "$(cat "$PLACE/a.pid")"
rm "$PLACE/hold-a"
expect 0 'and the run goes on' rb resume --assume do-a=redo

# Behind the last line of a run its end is on record, and stays so.
prepared late
mkdir "$WORK/bin"
cat >"$WORK/bin/sync" <<'END'
#!/bin/sh
if tail -n 1 "$RBK_STATE/journal" | grep -q "forward.run-ended" && mkdir "$RBK_STATE/hit" 2>/dev/null; then
    kill -s HUP "$(awk '$1 == "pid" { print $2 }' "$RBK_STATE/lock/owner")"
fi
END
chmod +x "$WORK/bin/sync"
expect 129 'HUP when the end is on record' with PATH="$WORK/bin:$PATH" rb forward one
says 'had come to its end' 'says so'
expect 0 'status' rb
says 'reached the end of the phase one' 'knows of it'
expect 3 'and there' rb resume
says 'nothing to resume' 'is nothing to resume'
done_testing
