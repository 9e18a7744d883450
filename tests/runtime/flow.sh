# The whole way: prepare, forward in phases, a decision, the scenario back, the report, and all of it once more.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/plan.sh"

awkward="at 5 & \\1 \$(touch pwned) {{plan}}"
fresh flow
expect 0 'status without arguments' rb
never 'status writes nothing' [ -e "$B/state" ]
expect 0 'a dry run' rb run back --dry-run
says 'undone b' 'a dry run shows the code'
says '  asks is-up: It is up' 'and what is verified'
expect 0 'a dry run of a choice' rb run asks --dry-run
says '^    unless: check:is-up$' 'shows what an option hangs on'
never 'a dry run writes nothing' [ -e "$B/state" ]
expect 0 'a check' rb check
never 'a check writes nothing' [ -e "$B/state" ]

expect 3 'forward waits for the preparation' rb forward
expect 3 'a scenario does not apply before its change' rb run back --yes
expect 0 'prepare' rb prepare --operator Ann
expect 0 'prepare again' rb prepare
same "$(count_of artifact)" 1 'the backup is taken once'
expect 0 'forward to a phase' rb forward one
same "$(lines "$PLACE/a")" 'a ' 'the step is done once'
says 'doing a slow token=\[secret\] url=postgres://u:\[secret\]@h/db' 'a parameter is exported, secrets are hidden'
expect 4 'a decision without a terminal waits' rb forward
expect 3 'forward while a run is pending' rb forward
expect 4 'another word is no decision' rb resume --approve proceed=wrong
expect 0 'the word is' rb resume --approve proceed=proceed
same "$(lines "$PLACE/a")$(lines "$PLACE/b")" 'a b ' 'what was done is not done again'

expect 4 'the gate without a terminal waits' rb run back
expect 3 'another run has to wait for it' rb run back --yes
expect 4 'a slot that nobody fills in waits' rb resume --yes
expect 0 'the scenario reaches its end' rb resume --yes --slot "next-update=$awkward"
that 'what a slot holds is sent literally' holds "$PLACE/sent" "Next: $awkward. {{unknown}} By"
never 'a is undone' [ -e "$PLACE/a" ]
never 'b is undone' [ -e "$PLACE/b" ]
expect 0 'status after it' rb
says 'undone       a' 'status says undone'
says 'rollback prepare' 'status says what is next'
expect 3 'forward after a rollback needs the preparation' rb forward
expect 3 'the scenario applies no more' rb run back --yes
expect 0 'report' rb report
says '| undo-a | done' 'the report has a table of steps'
says 'Review the incident' 'the report says what is to follow'
expect 0 'prepare anew' rb prepare
same "$(count_of artifact)" 2 'a new backup is taken'

same "$(find "$WORK" -name pwned)" '' 'nothing of the plan or of a slot was carried out'
never 'no secret stands in the state' grep -rqF -e "$TOKEN" -e p%40ss -e 'p@ssw0rd' "$B/state"
done_testing
