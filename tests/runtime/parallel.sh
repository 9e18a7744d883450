# Steps side by side: at the same time, in the order that they ask for, stopped together, and found again after `kill -9`.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/plan.sh"

others_through() {
    has 'done' p1 && has done-by-fallback p2 && has 'done' pg2
}

# begun NAME: a bundle whose scenario runs and stands at p3, and at nothing else.
begun() {
    migrated "$1"
    echo ok >"$PLACE/main-how"
    touch "$PLACE/hold-p3"
    rb_start run other --accept-loss --approve other=other --as Bob --choose how=careful
    wait_until "$1: p3 has begun" [ -e "$PLACE/p3.pid" ]
    wait_until "$1: the others are through" others_through
}

order_of() {
    grep -n -F -x -e "$1" "$PLACE/p" | cut -d : -f 1
}

begun together
rm "$PLACE/hold-p3"
ends_with 4 'it goes on to the question behind them'
that 'p3 waited for p1' [ "$(order_of 'p1 end')" -lt "$(order_of 'p3 start')" ]
that 'a group is one of them' has 'done' pg2
that 'a step with a fallback is one of them' has done-by-fallback p2
expect 0 'the rest' rb resume --approve last=yes
same "$(grep -c 'p1 start' "$PLACE/p")" 1 'what was done is not done again'

begun ended
signal TERM
ends_with 143 'TERM ends it as TERM'
that 'the step that was under way is interrupted' has interrupted p3
that 'and has been stopped' gone "$(cat "$PLACE/p3.pid")"
never 'the lock is given back' [ -d "$B/state/lock" ]
expect 3 'nothing can tell whether p3 was done' rb resume --approve last=yes
rm "$PLACE/hold-p3"
expect 0 'somebody says that it was not' rb resume --approve last=yes --assume p3=redo

begun killed
signal KILL
ends_with 137 'KILL ends the runner alone'
expect 3 'a step that is still alive stands in the way' rb resume --approve last=yes
says 'still running' 'and is named'
rm "$PLACE/hold-p3"
that 'it ends' wait_until 'p3 has ended' gone "$(cat "$PLACE/p3.pid")"
settled() {
    rb resume --approve last=yes --assume p3=done >"$WORK/out" 2>&1 </dev/null
    status=$?
    [ "$status" -ne 3 ] || ! grep -q 'still running' "$WORK/out"
}
that 'its branch ends as well' wait_until 'the branch has ended' settled
same "$status" 0 'the run reaches its end'
same "$(grep -c 'p3 start' "$PLACE/p")" 1 'what somebody says was done is not done again'
done_testing
