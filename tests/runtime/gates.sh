# What people have to say before something is done: approval by another person, what is lost, choices, questions, confirmations,
# manual steps and notes. Nobody is at a terminal here: everything waits with status 4 and goes on with an option.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/plan.sh"

migrated gates
expect 3 '--yes does not cover a loss' rb run other --yes
expect 4 'nor does it approve' rb run other --yes --accept-loss
expect 4 'nobody approves for themselves' rb resume --accept-loss --approve other=other --as Bob --operator Bob
expect 4 'a loss has to be accepted' rb resume --approve other=other --as Bob --operator Ann
expect 4 'approved and accepted, it waits for a choice' rb resume --accept-loss --approve other=other --as Bob --operator Ann
expect 4 'an option that is not there' rb resume --choose how=wrong
expect 0 'a report in between' rb report
says 'has not ended' 'a run that waits has met nothing yet'
touch "$PLACE/fail-p3"
expect 4 'a manual step waits' rb resume --choose how=careful
that 'the fallback was entered' has failed-over main-way
silent_about "$(printf '\033')" 'escapes in a text are not shown'
expect 0 'status' rb
says 'main-way: failed, its fallback is under way' 'status names the fallback'
expect 4 'a confirmation waits' rb resume --assume fb-1=done
expect 1 'confirmed, it goes on to the next step that fails' rb resume --approve fb-2=fb-2
that 'the step is done by its fallback' has done-by-fallback main-way
that 'a fallback works among steps side by side' has done-by-fallback p2
rm "$PLACE/fail-p3"
expect 4 'a question waits' rb resume
that 'the backup is restored' holds "$PLACE/restored" data
expect 0 'it is answered' rb resume --approve last=yes
says 'fallback' 'the end says that it took a fallback'
that 'a restore undoes what it says' has change b undone
never 'the other option was not carried out' has started quick-1
expect 0 'report' rb report
says 'rows written after 14:02' 'the report says what is lost'
says 'approved by Bob' 'and who approved'

prepared asked
expect 4 'a scenario asks before it begins' rb run asks --yes
says 'Is the office informed?' 'and says what'
expect 4 'then the second question' rb resume --yes --approve asks.ask-1=yes
says 'Is the door shut?' 'and says what'
expect 3 'a no refuses it' rb resume --yes --approve asks.ask-1=yes --approve asks.ask-2=no
never 'nothing was begun' has started only-left
expect 4 'all answered, it waits for the choice' rb run asks --yes --approve asks.ask-1=yes --approve asks.ask-2=yes
expect 4 'several are chosen' rb resume --choose which=left,top --slot next-update=noon
that 'what was chosen is done' has 'done' only-left
that 'each of several' has 'done' only-top
that 'what is left out by the choice is passed over' has skipped not-left
that 'a choice that comes later is a no' has skipped early
that 'what is to be noted is noted' has recorded next-update noon
that 'steps side by side within a group are done' has 'done' i1
that 'both' has 'done' i2
that 'and what follows them in the group' has 'done' behind
says '^  up: While it is up$' 'an option whose condition holds is offered'
says '^  sure: When sure$' 'so is one that asks people, who are asked when it was chosen'
says "can't be taken now: It is up: yes" 'one whose condition does not hold says so'
expect 4 'it is not taken' rb resume --choose later=down
says '.down. can.t be taken now; what can is: yes up sure no' 'and what can be is named'
never 'it was not chosen' has chosen later
expect 0 'the last choice' rb resume --choose later=up
same "$(grep -c -F "$(event chosen which)" "$B/state/journal")" 1 'and stands once in the journal'

prepared grouped
echo 1 >"$PLACE/up"
expect 4 'with a group that is passed over' rb run asks --yes --approve asks.ask-1=yes --approve asks.ask-2=yes --choose which=right --slot next-update=x
that 'the group is passed over' has skipped outer
never 'and the steps side by side in it' has started i1
that 'the option that was left out' has skipped only-left
that 'and the step for its absence' has 'done' not-left
says '^  up: While it is up$' 'another option'
says "can't be taken now: It is up: no" 'cannot be taken now'
expect 4 'and is not' rb resume --choose later=up
echo 2 >"$PLACE/up"
expect 4 'a condition that cannot be asked' rb resume --choose later=down
says "can't be taken now: It is up: could not be asked" 'is never a yes'

prepared barred
cat >"$B/scenarios/asks/steps.sh" <<'END'
choose 'one' 'Either' option='there:While A is there' needs='check:is-a' option='fast:Fast' only-if='param:speed=fast'
END
seal
expect 3 'a choice of which nothing can be taken' rb run asks --yes --approve asks.ask-1=yes --approve asks.ask-2=yes
says 'None of these can be taken now' 'is not offered'
touch "$PLACE/a"
expect 4 'once one of them can' rb resume
says '^  there: While A is there$' 'it is offered'
says 'the parameter speed is slow' 'and the other is not'

prepared applied
cat >"$B/scenarios/asks/steps.sh" <<'END'
step 'with-b' 'While B is applied' kind='shell' file='said.sh' only-if='change:b'
step 'without-b' 'While B is not applied' kind='shell' file='said.sh' unless='change:b'
END
seal
expect 0 'before the migration' rb run asks --yes --approve asks.ask-1=yes --approve asks.ask-2=yes
that 'what is for an applied change is passed over' has skipped with-b
that 'what is for one that is not applied is done' has 'done' without-b
touch "$PLACE/fail-b"
expect 1 'a change whose end is not known' rb forward --approve proceed=proceed
expect 3 'is neither' rb run asks --yes --approve asks.ask-1=yes --approve asks.ask-2=yes
says 'nobody knows whether the change b is applied' 'which is said'
expect 0 'somebody marks it' rb mark b applied --operator Eve
expect 0 'then it goes on' rb resume --approve asks.ask-1=yes --approve asks.ask-2=yes
that 'what is for an applied change is done' has 'done' with-b
that 'and the other passed over' has skipped without-b
done_testing
