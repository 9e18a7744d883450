# Steps that fail: what is unknown then, retries, timeouts, leaving for a scenario, and what a check that cannot be asked means.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/plan.sh"

prepared step
touch "$PLACE/fail-b"
expect 1 'a step fails' rb forward --approve proceed=proceed
same "$(grep -c 'b goes wrong' "$WORK/out")" 1 'what it said is shown, and shown once'
says "all it said stands in $B/state/log/.*-do-b.log" 'its log is named'
silent_about 'more' 'an error ends the code of a step'
expect 0 'status' rb
says 'UNKNOWN      b' 'its change is unknown'
expect 3 'nothing can tell whether it was done' rb resume
rm "$PLACE/fail-b"
expect 0 'somebody says that it was not' rb resume --assume do-b=redo
same "$(lines "$PLACE/b")" 'b b ' 'it is done again'

prepared marked
touch "$PLACE/fail-b"
expect 1 'a step fails' rb forward --approve proceed=proceed
expect 3 'the scenario meets the unknown change' rb run back --yes --slot next-update=x
expect 0 'somebody marks it' rb mark b not-applied --operator Eve
expect 0 'the scenario goes on' rb resume --yes --slot next-update=x
that 'what is not applied is not undone' has skipped undo-b

prepared turned-back
expect 4 'a decision of no leads to the gate of its scenario' rb forward --approve proceed=no
that 'the forward run was left' has run-ended left
awk '{ print } /\trun-ended\tleft\t/ { exit }' "$B/state/journal" >"$WORK/journal" && cp "$WORK/journal" "$B/state/journal"
expect 0 'killed before the scenario began' rb
says 'was left for the scenario back, which has not begun' 'status says so'
expect 3 'that is' rb resume
says 'rollback run back begins it' 'not resumed'
expect 0 'but given up' rb abort
expect 3 'once' rb abort
cp "$WORK/journal" "$B/state/journal"
expect 4 'or begun, at its gate' rb run back
expect 0 'the scenario reaches its end' rb resume --yes --slot next-update=x
never 'a is undone' [ -e "$PLACE/a" ]

prepared not-there
echo 1 >"$PLACE/up"
expect 3 'what a decision needs is not there' rb forward --approve proceed=proceed
expect 1 'a scenario whose last check fails' rb resume --approve proceed=no --yes --slot next-update=x
that 'a group whose condition is not met is passed over' has skipped grp
that 'and nothing in it is done' [ -e "$PLACE/a" ]
echo 2 >"$PLACE/up"
expect 1 'a check that cannot be asked is never a yes' rb resume
expect 3 'another scenario has to wait' rb run other
expect 0 'abort' rb abort
that 'abort turns nothing back' [ -e "$PLACE/a" ]

migrated retried
touch "$PLACE/fail-undo"
expect 1 'a step with one retry' rb run back --yes --slot next-update=x
same "$(grep -c -F "$(event started undo-a)" "$B/state/journal")" 2 'it is tried twice'
expect 1 'its check says that it was not undone, so it is tried again' rb resume
rm "$PLACE/fail-undo"
expect 0 'the cause is gone' rb resume

migrated hangs
impatient
echo hang >"$PLACE/main-how"
touch "$PLACE/hold-main" "$PLACE/hold-child"
expect 4 'a step that hangs' rb run other --accept-loss --approve other=other --as Bob --choose how=careful
that 'its time is up' has failed-over main-way 'do' 'it had not ended after 3s and was stopped'
that 'what it ran has been stopped' gone "$(cat "$PLACE/main.pid")"
that 'what it had started in the background as well' gone "$(cat "$PLACE/child.pid")"

migrated set-back
impatient
echo hang >"$PLACE/main-how"
touch "$PLACE/hold-main" "$PLACE/hold-child"
mkdir "$PLACE/tools"
cat >"$PLACE/tools/date" <<END
#!/bin/sh
[ ! -e "$PLACE/main.pid" ] || set -- -d "@\$((\$($(command -v date) +%s) - 7200))" "\$@"
exec $(command -v date) "\$@"
END
chmod +x "$PLACE/tools/date"
expect 4 'a step that hangs while the clock is set back' with PATH="$PLACE/tools:$PATH" rb run other --accept-loss --approve other=other --as Bob --choose how=careful
that 'its time is up all the same' has failed-over main-way 'do' 'it had not ended after 3s and was stopped'

fresh status
printf 'exit 124\n' >"$B/forward/do-b.sh"
seal
expect 0 'prepare' rb prepare
expect 1 'a step that ends with the status of a timeout' rb forward --approve proceed=proceed
says 'status 124' 'has failed, and its time was not up'

fresh killed
cat >>"$B/prepare/steps.sh" <<'END'
step 'killed' 'A step that is killed' kind='shell' file='killed.sh'
END
cat >"$B/prepare/killed.sh" <<'END'
echo did >>"$PLACE/did"
kill -s KILL "$PPID" "$$"
END
seal
expect 1 'a step that is killed when it has had its effect' rb prepare
expect 3 'is not done again unasked' rb resume
says 'assume killed=redo' 'for nothing can tell'
same "$(cat "$PLACE/did")" did 'it was done once'
expect 0 'and whoever has looked says so' rb resume --assume killed=done
same "$(cat "$PLACE/did")" did 'and once it stays'

fresh reads
printf 'cat; echo read\n' >"$B/forward/do-b.sh"
seal
expect 0 'prepare' rb prepare
expect 0 'a step that reads its input finds it empty' rb forward --approve proceed=proceed
says 'read' 'and goes on'

migrated leaves
expect 0 'a step that fails leads to another scenario' rb run two --yes --slot next-update=x
never 'which undoes a' [ -e "$PLACE/a" ]
never 'nothing of the first goes on' has started t2

migrated bounds
expect 0 'one step only' rb run back --yes --only undo-b
that 'the other change stays' [ -e "$PLACE/a" ]
never 'and the step is done' [ -e "$PLACE/b" ]
expect 0 'from a step on' rb run back --yes --from undo-a
never 'the rest is done' [ -e "$PLACE/a" ]

fresh prepares
cat >>"$B/prepare/steps.sh" <<'END'
step 'early' 'A change of the preparation' kind='shell' change='b' effect='apply' file='early.sh'
END
printf 'echo prepared >>"%s/b"\n' "$PLACE" >"$B/prepare/early.sh"
seal
expect 0 'a preparation with a change' rb prepare
expect 0 'status' rb
says 'applied      b' 'the change is applied'
expect 0 'prepare again' rb prepare
same "$(lines "$PLACE/b")" 'prepared ' 'it is applied once'
expect 0 'forward' rb forward --approve proceed=proceed
same "$(lines "$PLACE/b")" 'prepared ' 'the step of the migration finds it applied'
expect 0 'the scenario undoes it' rb run back --yes --slot next-update=x
never 'it is gone' [ -e "$PLACE/b" ]
expect 3 'forward needs the preparation again' rb forward
expect 0 'prepare anew' rb prepare
same "$(lines "$PLACE/b")" 'prepared ' 'it is applied again'
done_testing
