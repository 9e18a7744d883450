# Code on hosts, over a stand-in of ssh: one host after another, nothing in the arguments, nothing half done.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"

cat >"$WORK/bin/ssh" <<'END'
#!/bin/sh
printf '%s\n' "$*" >>"$SSH_LOG"
while [ "$1" != -- ]; do shift; done
case $2 in down) exit 255 ;; esac
export SSH_HOST="$2"
[ ! -d "$FAR_HOMES/$2" ] || cd "$FAR_HOMES/$2"
[ -z "${TALK-}" ] || echo Welcome
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

# A file on other hosts: each keeps what it was, and gets it back.
far_edit() {
    engine edit_there "$@"
}

export FAR_HOMES="$WORK/homes"
odd="sub dir/it's \$new"
mkdir -p "$FAR_HOMES/one" "$FAR_HOMES/two/sub dir"
saved=$WORK/saved
printf 'a\nb\nc\n' >"$FAR_HOMES/one/conf"
chmod 640 "$FAR_HOMES/one/conf"
printf 'its\0 \377 100%% \\n' >"$WORK/new"
expect 0 'new content' far_edit one replace conf "$WORK/new" "$saved.one"
says 'answer: replaced conf on one' 'says where'
same_file "$WORK/new" "$FAR_HOMES/one/conf" 'arrives as it is, whatever bytes it holds'
same "$(mode_of "$FAR_HOMES/one/conf")" -rw-r----- 'the mode stays'
expect 0 'once more' far_edit one replace conf "$WORK/new" "$saved.one"
expect 0 'as it was' far_edit one restore conf '' "$saved.one"
same "$(tr '\n' . <"$FAR_HOMES/one/conf")" a.b.c. 'a second attempt does not save over what was'
printf -- '--- conf\n+++ conf\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n' >"$WORK/diff"
ln -s conf "$FAR_HOMES/one/link"
expect 0 'a diff' far_edit one patch link "$WORK/diff" "$saved.p"
same "$(tr '\n' . <"$FAR_HOMES/one/conf")" a.B.c. 'is applied behind a link'
that 'which stays' [ -L "$FAR_HOMES/one/link" ]
expect 0 'applied already' far_edit one patch conf "$WORK/diff" "$saved.p"
expect 0 'taken back' far_edit one unpatch conf "$WORK/diff" "$saved.p"
same "$(tr '\n' . <"$FAR_HOMES/one/conf")" a.b.c. 'by its diff'
echo x >"$FAR_HOMES/one/conf"
expect 1 'a diff that does not fit' far_edit one patch conf "$WORK/diff" "$saved.q"
says 'does not fit conf on one' 'is refused'
same "$(cat "$FAR_HOMES/one/conf")" x 'and changes nothing'
expect 0 'a file that is new' far_edit two replace "$odd" "$WORK/new" "$saved.n"
same_file "$WORK/new" "$FAR_HOMES/two/$odd" 'has an odd name'
expect 0 'goes again' far_edit two restore "$odd" '' "$saved.n"
same "$(find "$FAR_HOMES/two" -type f)" '' 'and leaves nothing'
expect 1 'a folder that is not there' far_edit two replace nowhere/x "$WORK/new" "$saved.x"
says 'on two: nowhere/x could not be written there' 'is an error'
expect 1 'a host that is down' far_edit down replace conf "$WORK/new" "$saved.d"
never 'nothing was saved of it' [ -e "$saved.d" ]
never 'no content stands in the arguments of ssh' grep -q '100%' "$SSH_LOG"
cat >"$WORK/bin/patch" <<'END'
#!/bin/sh
echo somebody >>"$FAR_HOMES/one/conf"
exec /usr/bin/patch "$@"
END
chmod +x "$WORK/bin/patch"
printf 'a\nb\nc\n' >"$FAR_HOMES/one/conf"
expect 1 'a file that somebody changes meanwhile' far_edit one patch conf "$WORK/diff" "$saved.m"
says 'changed by somebody else' 'is left as he made it'
that 'with what he wrote' grep -q somebody "$FAR_HOMES/one/conf"
rm "$WORK/bin/patch"
same "$(find /tmp -maxdepth 1 -name 'rbk-edit.*' -newer "$WORK/new")" '' 'nothing is left in the temporary folder'
expect 1 'a shell that talks' with TALK=yes far_edit one replace conf "$WORK/new" "$saved.w"
done_testing
