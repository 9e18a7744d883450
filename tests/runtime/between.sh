# A runner that is killed between two lines of its journal, exactly: behind every line in dash, between two steps in the others.
#
# It writes the time into each line, so a `date` of our own kills it when the last line is the one to die behind. Whichever that is,
# the run goes on to the same end, and no step is done twice.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/plan.sh"

fresh between
mkdir "$PLACE/bin"
real=$(command -v date)
cat >"$PLACE/bin/date" <<END
#!/bin/sh
state="$PLACE/bundle/state"
if [ -s "$PLACE/die-behind" ] && [ -d "\$state/lock" ]; then
    read -r number <"$PLACE/die-behind"
    if [ "\$(wc -l <"\$state/journal")" -eq "\$number" ]; then
        kill -s KILL "\$(awk '\$1 == "pid" { print \$2 }' "\$state/lock/owner")"
    fi
fi
exec $real "\$@"
END
chmod +x "$PLACE/bin/date"
dying() {
    rm -f "$PLACE/died"
    with PATH="$PLACE/bin:$PATH" rb "$@" || [ $? -ne 137 ] || touch "$PLACE/died"
}
expect 0 'prepare' rb prepare
cp -R "$B" "$PLACE/pristine"
expect 0 'the migration, undisturbed' rb forward --approve proceed=proceed
first=$(grep -n -F "$(event run-started forward)" "$B/state/journal" | cut -d : -f 1)
last=$(wc -l <"$B/state/journal")
that 'there are lines to die behind' [ "$((last - first))" -ge 9 ]
boundary=$(grep -n -F "$(event 'done' do-a)" "$B/state/journal" | cut -d : -f 1)
deaths=0
case $RBK_SHELL in
    dash) numbers=$(seq "$first" "$((last - 1))") ;;
    *) numbers=$boundary ;;
esac
for number in $numbers; do
    rm -rf "$B" "$PLACE/a" "$PLACE/b"
    cp -R "$PLACE/pristine" "$B"
    echo "$number" >"$PLACE/die-behind"
    dying forward --approve proceed=proceed >"$WORK/out" 2>&1 </dev/null
    : >"$PLACE/die-behind"
    [ ! -e "$PLACE/died" ] || deaths=$((deaths + 1))
    [ "$number" != "$boundary" ] || that 'it was killed between two steps' [ -e "$PLACE/died" ]
    # A step that was begun and is not known to have been done is said to be: that it is not done twice is for the counts to tell.
    settled() {
        how='done'
        [ -e "$PLACE/b" ] || how=redo
        rb resume --approve proceed=proceed --assume "do-b=$how" >"$WORK/out" 2>&1 </dev/null
        status=$?
        ! grep -q 'still running' "$WORK/out"
    }
    that 'what was under way has ended' wait_until 'nothing is left of it' settled
    same "$status" 0 "killed behind line $number of the journal, it goes on to its end"
    same "$(lines "$PLACE/a")$(lines "$PLACE/b")" 'a b ' "killed behind line $number, each step was done once"
done
that 'the runner died there' [ "$deaths" -ge 1 ]
done_testing
