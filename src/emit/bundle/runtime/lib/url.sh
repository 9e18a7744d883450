# Where a target is: reads targets/NAME.conf and turns its address into what the client itself understands.
# A URL or a password never stands in an argument list: clients get it from the environment or from a file of mode 600.

# because STATUS TEXT: leaves TEXT in answer_detail, for people, and STATUS as the answer.
because() {
    answer_detail=$2
    export answer_detail
    return "$1"
}

# read_conf PATH: a file of the bundle that holds assignments only.
read_conf() {
    [ -f "$RBK_HOME/$1" ] || { because 2 "the bundle has no $1"; return; }
    command . "$RBK_HOME/$1"
}

# load_target NAME: the target's own words in target_*.
load_target() {
    target_kind='' target_url='' target_url_env='' target_file='' target_file_env='' target_dir=''
    target_dir_env='' target_ssh='' target_ssh_env=''
    read_conf "targets/$1.conf"
}

# from_environment VARIABLE LITERAL: sets `found`; 2 when the plan names a variable that is not set.
from_environment() {
    found=$2
    [ -n "$1" ] || return 0
    case $1 in
        *[!A-Za-z0-9_]* | [0-9]*) because 2 "\`$1\` is no name of an environment variable"; return ;;
    esac
    eval "found=\${$1:-}"
    [ -n "$found" ] && return 0
    because 2 "\$$1 is not set"
}

# target_connect NAME: exports what the target's client needs. 2: the address is missing or cannot be understood.
target_connect() {
    load_target "$1" || return 2
    case $target_kind in
        postgres)
            from_environment "$target_url_env" "$target_url" || return 2
            postgres_url "$found"
            ;;
        mysql | mariadb)
            from_environment "$target_url_env" "$target_url" || return 2
            mysql_url "$target_kind" "$found"
            ;;
        sqlite)
            if [ -n "$target_file$target_file_env" ]; then
                from_environment "$target_file_env" "$target_file" || return 2
            else
                from_environment "$target_url_env" "$target_url" || return 2
            fi
            sqlite_path "$found"
            ;;
        http)
            from_environment "$target_url_env" "$target_url" || return 2
            case $found in
                http://?* | https://?*) RBK_URL=${found%/}; export RBK_URL ;;
                *) because 2 "the address of \`$1\` is no http URL"; return ;;
            esac
            ;;
        env-file)
            from_environment "$target_file_env" "$target_file" || return 2
            RBK_ENV_FILE=$found; export RBK_ENV_FILE
            ;;
        host)
            from_environment "$target_dir_env" "$target_dir" || return 2
            RBK_HOST_DIR=$found; export RBK_HOST_DIR
            from_environment "$target_ssh_env" "$target_ssh" || return 2
            RBK_HOST_SSH=$found; export RBK_HOST_SSH
            ;;
    esac
}

# target_probe NAME: 0 when the target answers, 2 when not; changes nothing.
target_probe() {
    because 0 ''
    target_connect "$1" || return 2
    case $target_kind in
        postgres) postgres_probe ;;
        sqlite) sqlite_probe ;;
        mysql | mariadb) mysql_probe ;;
        http) http_probe ;;
        host) host_probe ;;
        env-file) env_file_probe ;;
        *) because 0 'only people reach it' ;;
    esac
}

# url_decode TEXT: sets `decoded`. The x keeps line breaks at the end from being cut.
url_decode() {
    case $1 in
        *%*) ;;
        *) decoded=$1; return 0 ;;
    esac
    decoded=$(RBK_ENCODED=$1 LC_ALL=C awk 'BEGIN {
        text = ENVIRON["RBK_ENCODED"]; digits = "0123456789abcdef"
        while ((at = index(text, "%")) > 0) {
            high = index(digits, tolower(substr(text, at + 1, 1))); low = index(digits, tolower(substr(text, at + 2, 1)))
            if (length(text) < at + 2 || !high || !low || high + low == 2) exit 1
            printf "%s%c", substr(text, 1, at - 1), (high - 1) * 16 + low - 1
            text = substr(text, at + 3)
        }
        printf "%sx", text
    }') || { because 2 'the URL holds a % that is not followed by two hexadecimal digits'; return; }
    decoded=${decoded%x}
}

# postgres_url URL: as libpq reads it, and as the URLs of applications are written (SQLAlchemy's driver, Prisma's schema).
postgres_url() {
    unset PGHOST PGHOSTADDR PGPORT PGUSER PGPASSWORD PGDATABASE PGSERVICE PGOPTIONS PGTARGETSESSIONATTRS PGTZ PGDATESTYLE
    case $1 in
        postgres://* | postgresql://* | postgresql+*://* | postgres+*://*) rest=${1#*://} ;;
        *) because 2 'the address is no postgresql:// URL'; return ;;
    esac
    search_path=''

    case ${rest%%/*} in
        *@*)
            first=${rest%%/*}
            userinfo=${first%@*}
            rest=${rest#"$userinfo"@}
            url_decode "${userinfo%%:*}" || return 2
            [ -z "$decoded" ] || { PGUSER=$decoded; export PGUSER; }
            case $userinfo in
                *:*) url_decode "${userinfo#*:}" || return 2
                    [ -z "$decoded" ] || { PGPASSWORD=$decoded; export PGPASSWORD; } ;;
            esac
            ;;
    esac

    parameters=''
    case $rest in *\?*) parameters=${rest#*\?} rest=${rest%%\?*} ;; esac
    case $rest in
        */*) url_decode "${rest#*/}" || return 2
            [ -z "$decoded" ] || { PGDATABASE=$decoded; export PGDATABASE; }
            rest=${rest%%/*} ;;
    esac
    postgres_hosts "$rest" || return 2

    while [ -n "$parameters" ]; do
        pair=${parameters%%&*}
        case $parameters in *\&*) parameters=${parameters#*&} ;; *) parameters='' ;; esac
        [ -n "$pair" ] || continue
        url_decode "${pair#*=}" || return 2
        postgres_parameter "${pair%%=*}" || return 2
    done
    if [ -n "$search_path" ]; then
        quoted=$(printf '%s\n' "$search_path" | sed 's/"/""/g; s/[\\[:space:]]/\\&/g; $!s/$/\\/')
        PGOPTIONS=$(printf '%s-c search_path="%s"' "${PGOPTIONS:+$PGOPTIONS }" "$quoted")
        export PGOPTIONS
    fi
    PGCONNECT_TIMEOUT=${PGCONNECT_TIMEOUT:-10} PGAPPNAME=${PGAPPNAME:-rbk}
    export PGCONNECT_TIMEOUT PGAPPNAME
}

# postgres_hosts HOST[:PORT][,HOST[:PORT]...]: hosts may be [IPv6].
postgres_hosts() {
    hosts='' ports='' some_port='' list=$1
    [ -n "$list" ] || return 0
    while :; do
        one=${list%%,*}
        case $one in
            \[*\]:*) host=${one%%\]*} port=${one#*\]:} host=${host#\[} ;;
            \[*\]) host=${one#\[} port='' host=${host%\]} ;;
            *:*) host=${one%%:*} port=${one#*:} ;;
            *) host=$one port='' ;;
        esac
        case $port in *[!0-9]*) because 2 "\`$port\` is no port"; return ;; esac
        url_decode "$host" || return 2
        hosts=$hosts,$decoded ports=$ports,$port some_port=$some_port$port
        case $list in *,*) list=${list#*,} ;; *) break ;; esac
    done
    hosts=${hosts#,} ports=${ports#,}
    [ -z "$hosts" ] || { PGHOST=$hosts; export PGHOST; }
    [ -z "$some_port" ] || { PGPORT=$ports; export PGPORT; }
}

# postgres_parameter NAME: what stands behind the `?`; its value is in `decoded`.
postgres_parameter() {
    case $1 in
        host) PGHOST=$decoded; export PGHOST ;;
        hostaddr) PGHOSTADDR=$decoded; export PGHOSTADDR ;;
        port) PGPORT=$decoded; export PGPORT ;;
        user) PGUSER=$decoded; export PGUSER ;;
        password) PGPASSWORD=$decoded; export PGPASSWORD ;;
        dbname) PGDATABASE=$decoded; export PGDATABASE ;;
        sslmode | ssl)
            case $decoded in true | 1) decoded=require ;; false | 0) decoded=disable ;; esac
            PGSSLMODE=$decoded; export PGSSLMODE ;;
        sslrootcert) PGSSLROOTCERT=$decoded; export PGSSLROOTCERT ;;
        sslcert) PGSSLCERT=$decoded; export PGSSLCERT ;;
        sslkey) PGSSLKEY=$decoded; export PGSSLKEY ;;
        sslcrl) PGSSLCRL=$decoded; export PGSSLCRL ;;
        options) PGOPTIONS=$decoded; export PGOPTIONS ;;
        application_name) PGAPPNAME=$decoded; export PGAPPNAME ;;
        connect_timeout) PGCONNECT_TIMEOUT=$decoded; export PGCONNECT_TIMEOUT ;;
        target_session_attrs) PGTARGETSESSIONATTRS=$decoded; export PGTARGETSESSIONATTRS ;;
        channel_binding) PGCHANNELBINDING=$decoded; export PGCHANNELBINDING ;;
        gssencmode) PGGSSENCMODE=$decoded; export PGGSSENCMODE ;;
        service) PGSERVICE=$decoded; export PGSERVICE ;;
        passfile) PGPASSFILE=$decoded; export PGPASSFILE ;;
        client_encoding) PGCLIENTENCODING=$decoded; export PGCLIENTENCODING ;;
        schema) search_path=$decoded ;;
        # What belongs to an application's pool and means nothing to psql.
        pgbouncer | connection_limit | pool_timeout | socket_timeout | statement_cache_size | sslaccept | supa) ;;
        keepalives | keepalives_idle | keepalives_interval | keepalives_count | tcp_user_timeout) ;;
        *) because 2 "the URL's parameter \`$1\` is not known"; return ;;
    esac
}

# sqlite_path TEXT: a path, or sqlite:PATH, sqlite:///PATH, file:PATH. The file has to be there: sqlite3 would make an
# empty database of a wrong path and find nothing amiss.
sqlite_path() {
    RBK_SQLITE_FILE=$1
    case $1 in
        sqlite:///*) url_decode "${1#sqlite:///}" || return 2; RBK_SQLITE_FILE=$decoded ;;
        sqlite:* | file:*) url_decode "${1#*:}" || return 2; RBK_SQLITE_FILE=${decoded%%\?*} ;;
    esac
    # What the client would take for an option, a database in memory or a URI.
    case $RBK_SQLITE_FILE in -* | :* | [Ff][Ii][Ll][Ee]:*) RBK_SQLITE_FILE=./$RBK_SQLITE_FILE ;; esac
    export RBK_SQLITE_FILE
    if [ ! -f "$RBK_SQLITE_FILE" ]; then
        because 2 "there is no file $RBK_SQLITE_FILE"
    fi
}
