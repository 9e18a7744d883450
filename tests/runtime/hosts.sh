# Code on hosts, over a stand-in of ssh: one host after another, nothing in the arguments, nothing half done.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"

cat >"$WORK/bin/ssh" <<'END'
#!/bin/sh
printf '%s\n' "$*" >>"$SSH_LOG"
while [ "$1" != -- ]; do shift; done
case $2 in down) exit 255 ;; esac
export SSH_HOST="$2"
exec /bin/sh -c "$3"
END
chmod +x "$WORK/bin/ssh"
mkdir -p "$WORK/far/sub dir"
value="it's
two \$(touch pwned)"
export SSH_LOG="$WORK/ssh.log" PATH="$WORK/bin:$PATH" HOSTS='one two' FAR="$WORK/far" RBK_PARAM_X="$value" plan_params=x
target web kind=host ssh_env=HOSTS dir_env=FAR

# there TEXT: the code that goes to the hosts.
there() {
    printf '%s\n' "$1" >"$WORK/far.sh"
}

cat >"$WORK/far.sh" <<'END'
echo "$SSH_HOST $PWD $RBK_PARAM_X"
cat
echo end
# the last line
END
expect 0 'hosts one after another' engine host_run web 'sub dir' sh "$WORK/far.sh"
says "^one $WORK/far/sub dir it's" 'the first'
says '^two ' 'the second'
same "$(grep -c '^end$' "$WORK/out")" 2 'code that reads its input does not eat itself'
never 'no value stands in the arguments of ssh' grep -q 'it.s' "$SSH_LOG"
that 'ssh never asks' grep -q BatchMode=yes "$SSH_LOG"
same "$(find "$WORK" . -name pwned)" '' 'no value was carried out'
expect 255 'a host that is down' with HOSTS='down two' engine host_run web '' sh "$WORK/far.sh"
says 'down could not be reached' 'is named'
silent_about '^two' 'and the others are left alone'
there 'exit 7'
expect 7 'the status of the code' engine host_run web '' sh "$WORK/far.sh"
expect 2 'an option is no host' with HOSTS=-oProxyCommand=x engine host_run web '' sh "$WORK/far.sh"
there 'if'
expect fail 'code that cannot be read is not begun' engine host_run web '' sh "$WORK/far.sh"
there 'set -o pipefail; false | true'
expect 1 'bash there' engine host_run web '' bash "$WORK/far.sh"
there 'pwd; cat; exit 5'
expect 5 'here' engine host_run '' "$WORK/far/sub dir" sh "$WORK/far.sh"
says 'sub dir' 'in its folder'
expect 127 'a folder that is not there' engine host_run '' /nowhere/x sh "$WORK/far.sh"
code s.sh 'exit 0'
check asked kind=shell via=web file=s.sh
expect 2 'a check on a host that is down is no answer' with HOSTS=down engine check_ask asked
expect 0 'probe' with HOSTS=one engine target_probe web
expect 2 'probe of one that is down' with HOSTS=down engine target_probe web
done_testing
