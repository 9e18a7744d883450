# Shell code where it belongs: here, or on the hosts of a target through ssh, one after another. Values travel as
# assignments on standard input, never as arguments.

# shell_of NAME: the interpreter with what every piece of code runs under.
shell_of() {
    case $1 in
        bash)
            command -v bash >/dev/null 2>&1 || { because 2 'bash is not installed here'; return; }
            code_shell='bash -eu -o pipefail'
            ;;
        *) code_shell='sh -eu' ;;
    esac
}

# host_run VIA DIR SHELL FILE: the status of the code; 255 when a host could not be reached.
host_run() {
    [ -r "$4" ] || { because 2 "the code $4 cannot be read"; return; }
    if [ -n "$1" ]; then
        host_connection "$1" || return 2
        [ -n "${host_list:-}" ] || { host_here "$(host_path "$2")" "$3" "$4"; return; }
        for host in $host_list; do
            host_there "$host" "$(host_path "$2")" "$3" "$4" || return
        done
        return 0
    fi
    host_here "$2" "$3" "$4"
}

# host_connection NAME: sets host_list and host_base without touching the connection of the step's own target.
host_connection() {
    host_said=$(target_connect "$1" && printf '%s\n%s\n' "${RBK_HOST_SSH:-}" "${RBK_HOST_DIR:-}" || printf '%s\n' "!${answer_detail:-}")
    case $host_said in
        !*) because 2 "${host_said#!}"; return ;;
    esac
    host_list=$(printf '%s\n' "$host_said" | sed -n 1p)
    host_base=$(printf '%s\n' "$host_said" | sed 1d)
}

# host_path DIR: below the host's own directory unless it is absolute.
host_path() {
    case $1 in
        /*) printf '%s' "$1" ;;
        '') printf '%s' "${host_base:-}" ;;
        *) printf '%s' "${host_base:+$host_base/}$1" ;;
    esac
}

host_here() {
    shell_of "$2" || return 2
    case $3 in /*) host_code=$3 ;; *) host_code=$PWD/$3 ;; esac
    (
        if [ -n "$1" ]; then
            CDPATH='' cd -- "$1" || exit 127
        fi
        exec $code_shell "$host_code" </dev/null
    )
    host_status=$?
    [ "$host_status" -eq 0 ] || because "$host_status" "it ended with status $host_status"
}

# Braces make the shell read all of the code before it runs any of it, and leave nothing of it for a command that reads
# its standard input.
host_there() {
    host_reachable "$1" || return
    case $3 in bash) far_shell='bash -eu -o pipefail -s' ;; *) far_shell='sh -eu -s' ;; esac
    printf '%s\n' "on $1:" >&2
    {
        host_environment
        [ -z "$2" ] || printf 'cd -- %s || exit 127\n' "$(shell_word "$2")"
        printf '{\n'
        cat "$4"
        printf '\n} </dev/null\n'
    } | host_ssh "$1" "$far_shell"
    host_status=$?
    case $host_status in
        0) ;;
        255) because 255 "$1 could not be reached, or the connection was lost" ;;
        *) because "$host_status" "on $1 it ended with status $host_status" ;;
    esac
}

host_reachable() {
    command -v ssh >/dev/null 2>&1 || { because 2 'ssh is not installed here'; return; }
    case $1 in -*) because 2 "\`$1\` is no host" ;; esac
}

# host_ssh HOST COMMAND: what it reads is what we read. It never asks.
host_ssh() {
    ssh -T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -- "$1" "$2"
}

shell_word() {
    printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"
}

# What code on another host gets to see: parameters, the plan's variables and secrets, the connection of the step's target.
host_environment() {
    RBK_NAMES=" ${plan_secrets:-} ${plan_env:-} " LC_ALL=C awk 'BEGIN {
        for (name in ENVIRON) {
            if (name !~ /^[A-Za-z_][A-Za-z0-9_]*$/) continue
            if (name !~ /^(RBK_PARAM_|RBK_BACKUP_|PG[A-Z]|RBK_MYSQL_(HOST|PORT|USER|PASSWORD|DATABASE)$)/ && name != "RBK_URL" && name != "RBK_SQLITE_FILE" &&
                !index(ENVIRON["RBK_NAMES"], " " name " ")) continue
            value = ENVIRON[name]
            gsub(/\047/, "\047\\\047\047", value)
            printf "%s=\047%s\047; export %s\n", name, value, name
        }
    }'
}

# host_probe: after target_connect of a host.
host_probe() {
    if [ -z "${RBK_HOST_SSH:-}" ]; then
        [ -z "${RBK_HOST_DIR:-}" ] || [ -d "$RBK_HOST_DIR" ] || { because 2 "there is no directory $RBK_HOST_DIR"; return; }
        because 0 "here${RBK_HOST_DIR:+, in $RBK_HOST_DIR}"
        return
    fi
    for host in $RBK_HOST_SSH; do
        case $host in -*) because 2 "\`$host\` is no host"; return ;; esac
        { [ -z "${RBK_HOST_DIR:-}" ] || printf 'cd -- %s\n' "$(shell_word "$RBK_HOST_DIR")"; } |
            ssh -T -o BatchMode=yes -o ConnectTimeout=10 -- "$host" 'sh -eu -s' >/dev/null 2>&1 || {
            because 2 "$host could not be reached${RBK_HOST_DIR:+, or has no directory $RBK_HOST_DIR}"
            return
        }
    done
    because 0 "reached $RBK_HOST_SSH"
}
