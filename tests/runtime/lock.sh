# One operator at a time, and a journal that a crash has torn: who holds the lock, when it is taken over, and by how many.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/plan.sh"

# owner PID [HOST]: the lock as that process would have left it.
owner() {
    mkdir "$B/state/lock" 2>/dev/null
    printf 'pid\t%s\nstart\t-\nhost\t%s\noperator\tZoe\nsince\tx\n' "$1" "${2:-$(uname -n)}" >"$B/state/lock/owner"
}

prepared lock
printf '2026\t1\tx\tforward\trun-sta' >>"$B/state/journal"
expect 0 'a torn line is not read' rb forward one
that 'what follows stands on a line of its own' grep -q "$(event run-ended 'done')" "$B/state/journal"

mkdir "$B/state/lock"
expect 3 'a lock without an owner' rb forward --approve proceed=proceed
says 'no owner' 'and that is said'
owner 1 elsewhere
expect 3 'a lock of another host' rb forward
says 'held by Zoe' 'and whose it is'
true &
dead=$!
wait "$dead"
owner "$dead"
mkdir "$B/state/lock.takeover"
expect 3 'a lock that somebody is taking over' rb forward
rmdir "$B/state/lock.takeover"
expect 0 'status' rb
says 'process is gone' 'status says that the holder is gone'
expect 0 'it is taken over' rb forward --approve proceed=proceed
says 'taken over' 'and that is said'

# A process may call itself anything.
python3 -c '
import os, sys, time
open("/proc/self/comm", "w").write("a) Z 1\nb) Z 2")
open(sys.argv[1] + ".part", "w").write(str(os.getpid()))
os.rename(sys.argv[1] + ".part", sys.argv[1])
while not os.path.exists(sys.argv[1] + ".enough"): time.sleep(0.1)
' "$PLACE/oddly" &
wait_until 'there is one of an odd name' [ -e "$PLACE/oddly" ]
owner "$(cat "$PLACE/oddly")"
expect 3 'a holder whose name reads like a zombie' rb run back --yes
says 'held by Zoe' 'is alive'
touch "$PLACE/oddly.enough"
wait

python3 -c '
import os, sys, time
child = os.fork()
if child == 0: os._exit(0)
open(sys.argv[1] + ".part", "w").write(str(child))
os.rename(sys.argv[1] + ".part", sys.argv[1])
while not os.path.exists(sys.argv[1] + ".enough"): time.sleep(0.1)
' "$PLACE/zombie" &
wait_until 'there is a zombie' [ -e "$PLACE/zombie" ]
owner "$(cat "$PLACE/zombie")"
expect 0 'a scenario with a zombie for a holder' rb run back --yes --slot next-update=x
says 'taken over' 'a zombie holds nothing'
touch "$PLACE/zombie.enough"
wait

fresh crowd
for each in 1 2 3 4 5 6; do
    {
        rb prepare >"$PLACE/out$each" 2>&1 </dev/null
        echo $? >"$PLACE/status$each"
    } &
done
wait
never 'each of six is done or refused' grep -qv '^[03]$' "$PLACE"/status?
that 'one of them is done' grep -q '^0$' "$PLACE"/status?
that 'no two runs overlap' awk -F '\t' '/run-started/ && ++open > 1 { exit 1 } /run-ended/ { open-- }' "$B/state/journal"

fresh left-behind
cat >"$B/forward/do-b.sh" <<'END'
sh "$RBK_HOME/waits.sh" left >/dev/null 2>&1 &
END
seal
touch "$PLACE/hold-left"
expect 0 'prepare' rb prepare
expect 0 'a step leaves a process behind' rb forward --approve proceed=proceed
wait_until 'it runs' [ -e "$PLACE/left.pid" ]
expect 0 'which does not hold the lock' rb run back --yes --slot next-update=x
rm "$PLACE/hold-left"
done_testing
