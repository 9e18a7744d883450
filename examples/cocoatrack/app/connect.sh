# Sourced by the scripts beside it: turns V1_DATABASE_URL and V2_DATABASE_URL into what psql reads from its environment. A URL
# with its password never stands in an argument list, where every user of the machine could read it.
#
#   v1 -c 'SELECT …'        psql on V1
#   v2 -f FILE              psql on V2

fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit "${2:-1}"
}

# url_part TEXT: prints it with every %41 turned into what it stands for.
url_part() {
    printf '%b' "$(printf '%s' "$1" | sed 's/\\/\\\\/g' | awk '
        {
            while (match($0, /%[0-9a-fA-F][0-9a-fA-F]/)) {
                code = 16 * digit(substr($0, RSTART + 1, 1)) + digit(substr($0, RSTART + 2, 1))
                printf "%s\\0%03o", substr($0, 1, RSTART - 1), code
                $0 = substr($0, RSTART + 3)
            }
            print
        }
        function digit(text) { return index("0123456789abcdef", tolower(text)) - 1 }')"
}

# use_database NAME URL: postgresql://[USER[:PASSWORD]@][HOST][:PORT]/DATABASE[?KEY=VALUE&…], as libpq reads it.
use_database() {
    unset PGHOST PGHOSTADDR PGPORT PGUSER PGPASSWORD PGDATABASE PGSERVICE PGOPTIONS
    case $2 in
        postgres://* | postgresql://*) url=${2#*://} ;;
        '') fail "\$$1 is not set" 2 ;;
        *) fail "\$$1 is no postgresql:// URL" 2 ;;
    esac
    settings=''
    case $url in *\?*) settings=${url#*\?} url=${url%%\?*} ;; esac
    case $url in */?*) PGDATABASE=$(url_part "${url#*/}") && export PGDATABASE ;; esac
    url=${url%%/*}
    case $url in
        *@*)
            who=${url%@*} url=${url##*@}
            PGUSER=$(url_part "${who%%:*}") && export PGUSER
            case $who in *:*) PGPASSWORD=$(url_part "${who#*:}") && export PGPASSWORD ;; esac
            ;;
    esac
    case $url in *:*) PGPORT=${url##*:} && export PGPORT ;; esac
    case $url in [!:]*) PGHOST=$(url_part "${url%:*}") && export PGHOST ;; esac
    while [ -n "$settings" ]; do
        setting=${settings%%&*}
        case $settings in *\&*) settings=${settings#*&} ;; *) settings='' ;; esac
        value=$(url_part "${setting#*=}")
        case ${setting%%=*} in
            host) PGHOST=$value && export PGHOST ;;
            port) PGPORT=$value && export PGPORT ;;
            user) PGUSER=$value && export PGUSER ;;
            password) PGPASSWORD=$value && export PGPASSWORD ;;
            dbname) PGDATABASE=$value && export PGDATABASE ;;
            sslmode) PGSSLMODE=$value && export PGSSLMODE ;;
            options) PGOPTIONS=$value && export PGOPTIONS ;;
            *) fail "\$$1: the setting ${setting%%=*} is not known" 2 ;;
        esac
    done
}

# No startup file, no prompt; the database shows which script is at work; and an error is an error: psql alone goes on after one and ends with status 0.
v1() (
    use_database V1_DATABASE_URL "${V1_DATABASE_URL:-}"
    PGAPPNAME=cocoatrack-${0##*/} && export PGAPPNAME
    exec psql -X -q --no-password -v ON_ERROR_STOP=1 "$@"
)

v2() (
    use_database V2_DATABASE_URL "${V2_DATABASE_URL:-}"
    PGAPPNAME=cocoatrack-${0##*/} && export PGAPPNAME
    exec psql -X -q --no-password -v ON_ERROR_STOP=1 "$@"
)

# A directory for rows under way, readable by us alone, gone when the script ends.
scratch() {
    umask 077
    rows=$(mktemp -d "${TMPDIR:-/tmp}/cocoatrack.XXXXXX") || exit 1
    trap 'rm -rf "$rows"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}
