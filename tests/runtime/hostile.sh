# Awkward bytes and places: paths, names, closed input, much output, secrets that are hard to hide, and a damaged backup.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/plan.sh"

fresh "it's a dir \$x"
expect 0 'a path with blanks and quotes' rb prepare
(cd "$PLACE" && $RBK_SHELL bundle/rollback forward one <&- >"$WORK/out" 2>&1)
same "$?" 0 'input that is closed, from another folder'
expect 0 'an operator with control characters' rb forward --approve proceed=proceed --operator "$(printf 'E\tv\ne \033[31m')"
never 'they do not reach the journal' grep -q "$(printf '\033')" "$B/state/journal"

backup=$(find "$B/state/backups" -type f)
cp "$backup" "$PLACE/kept"
echo x >>"$backup"
expect 3 'check sees a backup that was damaged' rb check
expect 1 'which is not restored' rb run other --accept-loss --approve other=other --as Bob --choose how=quick
never 'not even in part' [ -e "$PLACE/restored" ]
expect 0 'status' rb
says 'applied      a' 'and the change is known as before'
cp "$PLACE/kept" "$backup"
expect 0 'repaired, it is' rb resume --approve last=yes
that 'whole' holds "$PLACE/restored" data

fresh output
cat >>"$B/prepare/steps.sh" <<'END'
step 'much' 'Much output' kind='shell' file='much.sh'
step 'left' 'A process left behind' kind='shell' file='left.sh'
END
cat >"$B/prepare/much.sh" <<'END'
awk 'BEGIN { while (i < 20000) print "line " i++ " se " ENVIRON["TOKEN"] }'
END
cat >"$B/prepare/left.sh" <<'END'
sh "$RBK_HOME/waits.sh" left &
printf 'no newline'
END
seal
touch "$PLACE/hold-left"
expect 0 'a megabyte of output, and a process that holds the pipe open' rb prepare
rm "$PLACE/hold-left"
same "$(grep -c 'line .* \[secret\]' "$B/state/log"/*-much.log)" 20000 'every line is in the log'
that 'so are the last words without a line end' grep -q 'no newline$' "$B/state/log"/*-left.log

# hidden NAME SECRET: a step prints it, whole and line by line.
hidden() {
    fresh "$1"
    cat >"$B/forward/do-a.sh" <<'END'
echo a >>"$PLACE/a"
printf 'says %s end\n' "$TOKEN"
printf '%s\n' "$TOKEN" | while read -r line; do printf 'line %s end\n' "$line"; done
echo "$TOKEN" | grep -n . || :
END
    seal
    with TOKEN="$2" rb prepare >"$WORK/out" 2>&1 </dev/null
    expect 0 "$1" with TOKEN="$2" rb forward one
}
hidden 'a secret that is part of its own replacement' secret
says 'says \[secret\] end' 'is replaced once'
hidden 'a secret of one letter' e
says 'says \[secret\] \[secret\]nd' 'is replaced as well'
hidden 'a secret that is a pattern' 'p@ss.*[x]\1'
says 'says \[secret\] end' 'is taken literally'
hidden 'a secret of several lines' "$(printf 'first part\nsecond part')"
silent_about 'first part\|second part' 'is hidden line by line'
never 'in the log as well' grep -rq 'first part\|second part' "$B/state"

fresh in-a-parameter
sed 's/^fact param_SPEED_type .*/fact param_SPEED_type text/' "$B/plan.conf" >"$WORK/conf" && cp "$WORK/conf" "$B/plan.conf"
seal
expect 2 'a secret in a parameter' with TOKEN=never-said rb prepare --param 'speed=so never-said it is'
says 'holds the secret' 'is refused'
silent_about 'never-said' 'and not repeated'
never 'before anything is on record' [ -e "$B/state/journal" ]

fresh core
mkdir "$PLACE/crash"
cat >"$B/forward/do-a.sh" <<'END'
echo a >>"$PLACE/a"
cd "$PLACE/crash"
sh -c 'kill -s ABRT $$' || :
END
seal
expect 0 'a program that crashes' rb prepare
(eval 'ulimit -S -c "$(ulimit -H -c)"' && rb forward one) >"$WORK/out" 2>&1 </dev/null
same "$(names_in "$PLACE/crash")" '' 'leaves no memory behind'
that 'and did crash' grep -q Abort "$WORK/out"

fresh plain-tools
impatient
mkdir "$PLACE/bin"
for tool in awk cat chmod cp cut cmp date dd dirname env find grep head id ls mkdir mkfifo mv od printf ps rm rmdir sed sh sha256sum sleep sort sync tail \
    tr uname wc dash bash busybox mksh touch; do
    found=$(command -v "$tool") && case $found in /*) ln -s "$found" "$PLACE/bin/$tool" ;; esac
done
expect 0 'without timeout, setsid, flock and their like' with PATH="$PLACE/bin" rb prepare
expect 0 'a migration' with PATH="$PLACE/bin" rb forward --approve proceed=proceed
echo hang >"$PLACE/main-how"
touch "$PLACE/hold-main" "$PLACE/hold-child"
expect 4 'and a step whose time is up' with PATH="$PLACE/bin" rb run other --accept-loss --approve other=other --as Bob --choose how=careful
that 'is stopped' has failed-over main-way
done_testing
