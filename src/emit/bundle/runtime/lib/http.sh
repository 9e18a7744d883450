# HTTP through curl. URL, headers and body reach it in a file of mode 600, never as arguments; the operator's own
# ~/.curlrc does not count.

scratch=''

http_ready() {
    command -v curl >/dev/null 2>&1 || because 2 'curl is not installed here'
}

# curl_value TEXT: as a quoted value of curl's configuration.
curl_value() {
    RBK_VALUE=$1 LC_ALL=C awk 'BEGIN {
        text = ENVIRON["RBK_VALUE"]
        gsub(/\\/, "&&", text); gsub(/"/, "\\\"", text); gsub(/\n/, "\\n", text); gsub(/\r/, "\\r", text); gsub(/\t/, "\\t", text)
        printf "\"%s\"", text
    }'
}

# with_values TEXT: $NAME and ${NAME} become values where NAME is a secret or a variable of the plan, or RBK_PARAM_...;
# nothing else is touched, and nothing is ever evaluated.
with_values() {
    RBK_VALUE=$1 RBK_NAMES=" ${plan_secrets:-} ${plan_env:-} " LC_ALL=C awk 'BEGIN {
        text = ENVIRON["RBK_VALUE"]
        while (match(text, /\$(\{[A-Za-z_][A-Za-z0-9_]*\}|[A-Za-z_][A-Za-z0-9_]*)/)) {
            name = substr(text, RSTART + 1, RLENGTH - 1); gsub(/[{}]/, "", name)
            known = name ~ /^RBK_PARAM_/ || index(ENVIRON["RBK_NAMES"], " " name " ")
            printf "%s%s", substr(text, 1, RSTART - 1), known ? ENVIRON[name] : substr(text, RSTART, RLENGTH)
            text = substr(text, RSTART + RLENGTH)
        }
        printf "%s", text
    }'
}

# http_ask METHOD PATH HEADERS_FILE BODY_FILE SECONDS OUT: the body into OUT, the status into `http_status`. 2: no answer.
http_ask() {
    http_ready || return 2
    scratch_file curl || return 2
    asked=$scratch
    scratch_file said || return 2
    http_status=''
    case $2 in '' | /*) http_path=$2 ;; *) http_path=/$2 ;; esac
    {
        printf 'url = %s\n' "$(curl_value "$RBK_URL$(with_values "$http_path")")"
        printf 'request = %s\nmax-time = %s\nconnect-timeout = %s\noutput = %s\n' "$(curl_value "$1")" "$5" "$5" "$(curl_value "$6")"
        printf '%s\n' 'silent' 'show-error' 'globoff' 'proto = "=http,https"' 'user-agent = "rbk"'
        if [ -n "$3" ]; then
            while IFS= read -r header || [ -n "$header" ]; do
                [ -z "$header" ] || printf 'header = %s\n' "$(curl_value "$(with_values "$header")")"
            done <"$3"
        fi
        [ -z "$4" ] || printf 'data-binary = %s\n' "$(curl_value "@$4")"
    } >"$asked" || { because 2 'no room for a question'; return; }
    : >"$6"
    http_status=$(curl -q -K "$asked" -w '%{http_code}' </dev/null 2>"$scratch")
    curl_status=$?
    if [ "$curl_status" -ne 0 ] || [ "$http_status" = 000 ]; then
        because 2 "$(grep . "$scratch" | head -n 1 | sed 's/^curl: //')"
        curl_status=2
    fi
    rm -f "$asked" "$scratch"
    return "$curl_status"
}

http_probe() {
    scratch_file body || return 2
    body=$scratch
    http_ask GET / '' '' "${check_timeout:-10}" "$body" && because 0 "answers with status $http_status"
    probe_status=$?
    rm -f "$body"
    return "$probe_status"
}
