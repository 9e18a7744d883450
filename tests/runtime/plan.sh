# plan.sh: the small plan of plan/, and the words to carry it out.
#
# Sourced after lib.sh by scripts about the runner. Owns the bundle and its state. Its engines are the stand-in, so that a step is
# its shell code alone. What steps do and find stands in $PLACE, beside the bundle.
#
#     prepare          take-snap
#     forward          one: do-a; two: the decision proceed, do-b
#     scenarios        back: tell, undo-b, undo-a, up
#                      other: a choice, a fallback, steps side by side, a restore, a question
#                      asks: questions before it, what was chosen, what is noted, side by side in a group
#                      late: its time is over after a second; two: leaves for back

export TOKEN='se*[k]r.it' DB_URL='postgres://u:p%40ssw0rd@h/db'
unset RBK_STATE RBK_HOME

# fresh NAME: a bundle that nobody has used yet.
fresh() {
    export PLACE="$WORK/$1"
    B=$PLACE/bundle
    mkdir -p "$B/lib"
    cp -R "$RBK_TESTS/plan/." "$B"
    cp "$RBK_SOURCE/runtime/rollback.sh" "$B/rollback"
    cp "$RBK_SOURCE/runtime/lib"/*.sh "$B/lib/"
    for engine in url postgres sqlite sql http check backup edit host flag; do
        cp "$RBK_TESTS/stand-in.sh" "$B/lib/$engine.sh"
    done
    seal
}

# prepared NAME, migrated NAME: a bundle whose preparation is through, or its migration as well. It is made once in a script and
# copied; its backup stays where it was taken.
prepared() {
    made_once prepared "$1"
}

migrated() {
    made_once migrated "$1"
}

made_once() {
    if [ ! -d "$WORK/made/$1" ]; then
        fresh "making $1"
        expect 0 'prepare' rb prepare
        [ "$1" = prepared ] || expect 0 'the migration' rb forward --approve proceed=proceed
        mkdir -p "$WORK/made"
        cp -R "$PLACE" "$WORK/made/$1"
    fi
    export PLACE="$WORK/$2"
    B=$PLACE/bundle
    cp -R "$WORK/made/$1" "$PLACE"
}

# seal: the sums of all that is in the bundle.
seal() (
    cd "$B" || exit
    rm -f SHA256SUMS
    find . -type f ! -path './state/*' -exec sha256sum {} + | sort -k 2 >"$PLACE/sums"
    mv "$PLACE/sums" SHA256SUMS
)

# impatient: the step main-way has three seconds.
impatient() {
    sed "s/timeout='600'/timeout='3'/" "$B/scenarios/other/steps.sh" >"$PLACE/steps.sh"
    mv "$PLACE/steps.sh" "$B/scenarios/other/steps.sh"
    seal
}

# rb ARGUMENT...: the bundle's command, in its folder.
rb() (
    cd "$B" && $RBK_SHELL ./rollback "$@"
)

# rb_start ARGUMENT...: the same, and it goes on while the script does; its process is `runner`.
rb_start() {
    (cd "$B" && exec $RBK_SHELL ./rollback "$@") </dev/null >"$WORK/out" 2>&1 &
    runner=$!
}

signal() {
    kill -s "$1" "$runner"
}

# ends_with STATUS NAME: how the runner that was started has ended.
ends_with() {
    wait "$runner" 2>/dev/null
    same "$?" "$1" "$2"
}

# event NAME ITEM FIELD... prints how a line of the journal holds it.
event() {
    printf '\t%s' "$@"
}

# has EVENT ITEM [FIELD...]: does the journal say so?
has() {
    grep -q -F -e "$(event "$@")" "$B/state/journal"
}

# count_of EVENT [ITEM...] prints how often.
count_of() {
    grep -c -F -e "$(event "$@")$(printf '\t')" "$B/state/journal"
}

# holds FILE TEXT
holds() {
    grep -q -F -e "$2" "$1"
}

# waits_in NAME: does that step wait where it was told to?
waits_in() {
    [ -e "$PLACE/$1.pid" ]
}

# lines FILE prints them in one.
lines() {
    tr '\n' ' ' <"$1"
}
