# Flags in files of variables, and edited files: what is changed, what is kept, and the way back.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"

mkdir "$WORK/far"
file=$WORK/far/.env
cat >"$file" <<'END'
# FLAG_X=0
A=1
export FLAG_X="old value" 
B='FLAG_X=3'
END
printf 'FLAG_XY=7' >>"$file"
chmod 640 "$file"
ln -s .env "$WORK/far/link"
cp "$file" "$WORK/env.before"
export ENV1="$WORK/far/link"
target e1 kind=env-file file_env=ENV1
printf "flag_variable='FLAG_X'\nflag_targets='e1'\n" >"$RBK_HOME/flags/x.conf"

expect 0 'a flag is read' engine flag_get x
says 'value: old value$' 'without its quotes'
expect 0 'it is saved' engine flag_save x "$WORK/saved"
expect 0 'and set' engine flag_set x "new \"\$v"
same "$(sed -n 3p "$file")" "export FLAG_X=\"new \\\"\\\$v\"" 'export and quotes are kept'
same "$(mode_of "$file")" -rw-r----- 'so is the mode'
that 'and the link' [ -L "$WORK/far/link" ]
same "$(sed 3d "$file")" "$(sed 3d "$WORK/env.before")" 'and every other line'
expect 0 'it is restored' engine flag_restore x "$WORK/saved"
expect 0 'read again' engine flag_get x
says 'value: old value$' 'it is as it was'
printf 'A=1\n' >"$file"
expect 1 'a flag that is not set' engine flag_get x
expect 0 'is saved as absent' engine flag_save x "$WORK/saved"
expect 0 'set' engine flag_set x on
same "$(tail -n 1 "$file")" FLAG_X=on 'is added'
expect 0 'restored' engine flag_restore x "$WORK/saved"
same "$(cat "$file")" A=1 'is absent'
expect 2 'no such file' with ENV1="$WORK/nope" engine flag_get x
expect 1 'a value of several lines' engine flag_set x 'a
b'
printf 'FLAG_X=a\r\nB=2\r\n' >"$file"
expect 0 'a file of CRLF' engine flag_set x b
same "$(tr '\r' R <"$file")" 'FLAG_X=bR
B=2R' 'stays one'
printf 'FLAG_X=a # why\n' >"$file"
expect 0 'a comment behind the value' engine flag_get x
says 'value: a$' 'is none of it'
rm "$file" "$WORK/far/link"

file=$WORK/far/conf
printf 'a\nb\nc\n' >"$file"
chmod 600 "$file"
printf 'new\n' >"$WORK/new"
saved=$RBK_STATE/saved
expect 0 'replace' engine edit_apply replace "$file" "$WORK/new" "$saved/conf"
same "$(cat "$file")" new 'the content is new'
same "$(mode_of "$file")" -rw------- 'the mode is not'
expect 0 'replace again' engine edit_apply replace "$file" "$WORK/new" "$saved/conf"
expect 0 'restore' engine edit_apply restore "$file" '' "$saved/conf"
same "$(tr '\n' . <"$file")" a.b.c. 'a second attempt does not save over what was'
printf -- '--- conf\n+++ conf\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n' >"$WORK/diff"
expect 0 'patch' engine edit_apply patch "$file" "$WORK/diff" "$saved/p"
same "$(tr '\n' . <"$file")" a.B.c. 'is applied'
expect 0 'patch again' engine edit_apply patch "$file" "$WORK/diff" "$saved/p"
says already 'has been done already'
same "$(tr '\n' . <"$file")" a.B.c. 'and is not turned around'
expect 0 'unpatch' engine edit_apply unpatch "$file" "$WORK/diff" "$saved/q"
same "$(tr '\n' . <"$file")" a.b.c. 'takes it back'
printf 'x\ny\n' >"$file"
expect 1 'a diff that does not fit' engine edit_apply patch "$file" "$WORK/diff" "$saved/r"
same "$(tr '\n' . <"$file")" x.y. 'changes nothing'
expect 0 'a file that is new' engine edit_apply replace "$WORK/far/newfile" "$WORK/new" "$saved/n"
expect 0 'goes again' engine edit_apply restore "$WORK/far/newfile" '' "$saved/n"
never 'and is gone' [ -e "$WORK/far/newfile" ]
same "$(find "$WORK/far" -mindepth 1)" "$file" 'no file is left beside'
done_testing
