# What is refused, with which status, and that nothing was done: wrong words, another plan, an altered bundle.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/plan.sh"

fresh usage
expect 2 'a command that is not there' rb bogus
expect 2 'a scenario that is not there' rb run nope
expect 2 'a step that is not there' rb run back --from zz
expect 2 'an option that is not there' rb --wat
expect 2 'a phase that is not there' rb forward nophase
expect 2 'a value that is no choice' rb run back --param speed=ultra
expect 2 'mark without a change' rb mark
expect 2 'a name with a semicolon' rb run 'x;y'
expect 2 'a name that is a path' rb run ../back
expect 2 'a parameter with a blank' rb --param 'a b=c'
expect 2 'an option without its value' rb run back --only
expect 2 'a word too many' rb resume extra
expect 3 'nothing to resume' rb resume
expect 3 'nothing to abort' rb abort
never 'nothing was written' [ -e "$B/state/journal" ]

fresh altered
echo >>"$B/forward/do-a.sh"
expect 3 'an altered bundle' rb prepare
expect 3 'check finds it' rb check
never 'nothing was begun' [ -e "$B/state/journal" ]

fresh other-plan
expect 0 'prepare' rb prepare
sed 's/aaaaaaaa/bbbbbbbb/' "$B/plan.conf" >"$PLACE/plan.conf"
mv "$PLACE/plan.conf" "$B/plan.conf"
seal
expect 3 'the journal of another plan' rb forward
expect 3 'status as well' rb

fresh unknown-key
echo "step 'x' 'X' kind='shell' file='do-a.sh' frob='1'" >>"$B/prepare/steps.sh"
seal
expect 3 'a key that the runtime does not know' rb prepare
says 'there is no key .frob.' 'and is named'

fresh carriage-returns
sed "s/\$/$(printf '\r')/" "$B/rollback" >"$PLACE/rollback"
mv "$PLACE/rollback" "$B/rollback"
expect fail 'a bundle that was turned into CRLF ends at once' rb prepare
never 'and has written nothing' [ -e "$B/state" ]

fresh late
rb prepare >/dev/null
rb forward one >/dev/null
sleep 2
expect 3 'a scenario whose time is over' rb run late --yes
says 'over' 'and says so'
never 'nothing of it was begun' has run-started scenarios/late

fresh unwritable
: >"$PLACE/file"
expect 3 'a state directory that cannot be made' with RBK_STATE="$PLACE/file/state" rb prepare
done_testing
