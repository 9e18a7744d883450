# Checks that ask over HTTP: status, headers, body, time; and what the process list shows of them.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"

mkfifo "$WORK/life"
python3 "$RBK_TESTS/server.py" <"$WORK/life" >"$WORK/port" &
exec 8>"$WORK/life"
wait_until 'the server listens' [ -s "$WORK/port" ]
address="http://127.0.0.1:$(cat "$WORK/port")"
export API_URL="$address" API_TOKEN="se\"cr\\et \$(id)" plan_secrets=API_TOKEN
target api kind=http url_env=API_URL
code headers "X-Token: Bearer \$API_TOKEN \$HOME"
code body '{"a": "
@x"}'

# asks STATUS NAME KEY=VALUE...
asks() {
    asked_status=$1 asked_name=$2
    shift 2
    answers "$asked_status" "$asked_name" kind=http target=api "$@"
}

asks 0 'status 200' path=/health expect=status:200
asks 1 'status 500 is an answer' path=/500 expect=status:200
says 'status 500' 'and is said'
asks 1 'without an expectation 500 is a no' path=/500
asks 0 'a redirection is not followed' path=/301 expect=status:301
asks 0 'headers with values, only of what the plan names' path=/h headers=headers "expect=output:GET /h Bearer $API_TOKEN \$HOME []"
asks 0 'a body as it is' method=POST path=/p body=body 'expect=output:POST /p - [{"a": "
@x"}
]'
asks 2 'what takes too long is no answer' path=/slow timeout=1 expect=status:200
check asked kind=http target=api path=/
expect 2 'refused is no answer' with API_URL=http://127.0.0.1:1 engine check_ask asked
expect 2 'what is no HTTP is no answer' with API_URL=ftp://x engine check_ask asked
expect 0 'probe' engine target_probe api

check asked kind=http target=api path=/slow headers=headers timeout=300
engine check_ask asked >"$WORK/asked.out" 2>&1 </dev/null &
slow=$!
asking() {
    command_lines | grep -q '^curl\|/curl'
}
wait_until 'it asks' asking
command_lines | grep curl >"$WORK/out"
silent_about 'se"cr' 'no secret stands in the process list'
silent_about "${address#http://}" 'and no URL'
asks 0 'the slow one is let go' path=/go expect=status:200
wait "$slow"
same "$?" 0 'and was answered'
exec 8>&-
wait
done_testing
