# A bundle that is run only when somebody has signed it who may, with the stock ssh-keygen.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/plan.sh"

for each in ann eve; do
    ssh-keygen -q -t ed25519 -N '' -C "$each" -f "$WORK/$each" || bad 'a key is made'
done
printf 'ann@example.org,ann namespaces="rbk-bundle" %s\n' "$(cat "$WORK/ann.pub")" >"$WORK/signers"

# sign KEY [NAMESPACE]: as a person does it by hand.
sign() {
    rm -f "$B/SHA256SUMS.sig"
    ssh-keygen -q -Y sign -f "$WORK/$1" -n "${2:-rbk-bundle}" "$B/SHA256SUMS" 2>/dev/null || bad 'it is signed'
}

fresh signed
expect 0 'nobody asks for a signature' rb prepare
rm -r "$B/state"
export RBK_SIGNERS="$WORK/signers"
expect 3 'a bundle without one' rb prepare
says 'it is not signed' 'is refused'
never 'before anything is done' [ -e "$B/state/journal" ]
expect 3 'check' rb check
says 'NO .*it is not signed' 'says it too'
expect 0 'status is for everybody' rb
sign ann
expect 0 'a bundle that somebody has signed who may' rb prepare
expect 3 'check of what a fresh machine lacks' with RBK_SIGNERS="$WORK/nowhere" rb check
says 'NO .*cannot be read' 'a file of signers that is not there'
expect 3 'no file of signers' with RBK_SIGNERS="$WORK/nowhere" rb forward
rb check >"$WORK/out" 2>&1 </dev/null
says 'yes  ann@example.org has signed it' 'check says who'
echo 'echo more' >>"$B/forward/do-a.sh"
expect 3 'a bundle that was altered' rb forward
says 'altered' 'is refused'
mv "$B/SHA256SUMS.sig" "$PLACE/sig"
seal
mv "$PLACE/sig" "$B/SHA256SUMS.sig"
expect 3 'and its sums as well' rb forward
says 'not that of SHA256SUMS' 'is refused'
sign eve
expect 3 'signed by somebody else' rb forward
says 'of nobody in' 'is refused'
sign ann git
expect 3 'a signature for something else' rb forward
says 'or not one for a bundle' 'is none'
sign ann
expect 0 'signed anew' rb forward --approve proceed=proceed
done_testing
