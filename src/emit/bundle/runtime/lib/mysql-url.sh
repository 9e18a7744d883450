# Where a MySQL or MariaDB target is: its URL becomes a file of options, mode 600, that only its client reads. Neither URL nor
# password ever stands among arguments, and MYSQL_PWD is not used.
#
# The file lives as long as the step. Code of the plan finds it in RBK_MYSQL_DEFAULTS: `mariadb --defaults-file="$RBK_MYSQL_DEFAULTS"`.

decoded=''

# mysql_url KIND URL: mysql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE, as applications write it (SQLAlchemy's driver,
# Prisma's parameters). 2: it cannot be understood, or there is no client.
mysql_url() {
    case $2 in
        mysql://* | mysql+*://* | mariadb://* | mariadb+*://*) rest=${2#*://} ;;
        *) because 2 "the address is no $1:// URL"; return ;;
    esac
    RBK_MYSQL_HOST='' RBK_MYSQL_PORT='' RBK_MYSQL_SOCKET='' RBK_MYSQL_USER='' RBK_MYSQL_PASSWORD='' RBK_MYSQL_DATABASE=''
    mysql_tls='' mysql_ca='' mysql_cert='' mysql_key='' mysql_wait=10

    case ${rest%%/*} in
        *@*)
            first=${rest%%/*}
            userinfo=${first%@*}
            rest=${rest#"$userinfo"@}
            url_decode "${userinfo%%:*}" || return 2
            RBK_MYSQL_USER=$decoded
            case $userinfo in
                *:*) url_decode "${userinfo#*:}" || return 2
                    RBK_MYSQL_PASSWORD=$decoded ;;
            esac
            ;;
    esac
    parameters=''
    case $rest in *\?*) parameters=${rest#*\?} rest=${rest%%\?*} ;; esac
    case $rest in
        */*) url_decode "${rest#*/}" || return 2
            RBK_MYSQL_DATABASE=$decoded
            rest=${rest%%/*} ;;
    esac
    mysql_host "$rest" || return 2
    while [ -n "$parameters" ]; do
        pair=${parameters%%&*}
        case $parameters in *\&*) parameters=${parameters#*&} ;; *) parameters='' ;; esac
        [ -n "$pair" ] || continue
        url_decode "${pair#*=}" || return 2
        mysql_parameter "${pair%%=*}" || return 2
    done
    [ -n "$RBK_MYSQL_DATABASE" ] || { because 2 'the URL names no database'; return; }
    export RBK_MYSQL_HOST RBK_MYSQL_PORT RBK_MYSQL_SOCKET RBK_MYSQL_USER RBK_MYSQL_PASSWORD RBK_MYSQL_DATABASE

    # What the operator's own environment says belongs to another connection.
    unset MYSQL_PWD MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT MYSQL_GROUP_SUFFIX MARIADB_GROUP_SUFFIX
    # MySQL's client reads a login file even when it is told to read only one file.
    MYSQL_TEST_LOGIN_FILE=/nonexistent
    export MYSQL_TEST_LOGIN_FILE
    mysql_programs "$1" || return 2
    mysql_defaults
}

# mysql_host HOST[:PORT]: the host may be an [IPv6].
mysql_host() {
    case $1 in
        \[*\]:*) host=${1%%\]*} port=${1#*\]:} host=${host#\[} ;;
        \[*\]) host=${1#\[} port='' host=${host%\]} ;;
        *:*) host=${1%%:*} port=${1#*:} ;;
        *) host=$1 port='' ;;
    esac
    case $port in *[!0-9]*) because 2 "\`$port\` is no port"; return ;; esac
    url_decode "$host" || return 2
    RBK_MYSQL_HOST=$decoded RBK_MYSQL_PORT=$port
}

# mysql_parameter NAME: what stands behind the `?`; its value is in `decoded`.
mysql_parameter() {
    case $1 in
        socket | unix_socket) RBK_MYSQL_SOCKET=$decoded ;;
        host) RBK_MYSQL_HOST=$decoded ;;
        port) RBK_MYSQL_PORT=$decoded ;;
        user) RBK_MYSQL_USER=$decoded ;;
        password) RBK_MYSQL_PASSWORD=$decoded ;;
        ssl-mode | sslmode | ssl_mode | sslMode)
            case $decoded in
                [Dd][Ii][Ss][Aa][Bb][Ll][Ee]*) mysql_tls=disabled ;;
                [Pp][Rr][Ee][Ff][Ee][Rr]*) mysql_tls=preferred ;;
                [Rr][Ee][Qq][Uu][Ii][Rr][Ee]*) mysql_tls=required ;;
                [Vv][Ee][Rr][Ii][Ff][Yy]?[Cc][Aa]) mysql_tls=verify-ca ;;
                [Vv][Ee][Rr][Ii][Ff][Yy]?*) mysql_tls=verify-identity ;;
                *) because 2 "\`$decoded\` is no way to use TLS"; return ;;
            esac
            ;;
        ssl | tls) case $decoded in true | 1) mysql_tls=required ;; false | 0) mysql_tls=disabled ;; esac ;;
        ssl-ca | ssl_ca | sslca) mysql_ca=$decoded ;;
        ssl-cert | ssl_cert | sslcert) mysql_cert=$decoded ;;
        ssl-key | ssl_key | sslkey) mysql_key=$decoded ;;
        connect_timeout | connectTimeout) mysql_wait=$decoded ;;
        # Everything goes over the connection as utf8mb4, whatever the application asks for.
        charset | collation | use_unicode) ;;
        # What belongs to an application's pool and means nothing to the client.
        connection_limit | pool_timeout | socket_timeout | statement_cache_size | sslaccept) ;;
        *) because 2 "the URL's parameter \`$1\` is not known"; return ;;
    esac
}

# mysql_programs KIND: which client and which dump are here. Both servers' programs speak with both servers; the server's own
# come first. Their options differ by who made them, which their names do not tell.
mysql_programs() {
    case $1 in
        mysql) mysql_first='mysql mariadb' dump_first='mysqldump mariadb-dump' ;;
        *) mysql_first='mariadb mysql' dump_first='mariadb-dump mysqldump' ;;
    esac
    RBK_MYSQL_CLIENT='' RBK_MYSQL_DUMP=''
    for program in $mysql_first; do
        [ -n "$RBK_MYSQL_CLIENT" ] || ! command -v "$program" >/dev/null 2>&1 || RBK_MYSQL_CLIENT=$program
    done
    for program in $dump_first; do
        [ -n "$RBK_MYSQL_DUMP" ] || ! command -v "$program" >/dev/null 2>&1 || RBK_MYSQL_DUMP=$program
    done
    [ -n "$RBK_MYSQL_CLIENT" ] || { because 2 'neither mariadb nor mysql is installed here'; return; }
    case $("$RBK_MYSQL_CLIENT" --version 2>/dev/null) in *MariaDB*) mysql_made=mariadb ;; *) mysql_made=mysql ;; esac
    export RBK_MYSQL_CLIENT RBK_MYSQL_DUMP
}

# mysql_defaults writes the file of options.
mysql_defaults() {
    RBK_MYSQL_DEFAULTS=${RBK_TMP:-$RBK_STATE/tmp}
    mkdir -p "$RBK_MYSQL_DEFAULTS" || { because 2 "cannot write to $RBK_MYSQL_DEFAULTS"; return; }
    RBK_MYSQL_DEFAULTS=$RBK_MYSQL_DEFAULTS/mysql.$$.cnf
    export RBK_MYSQL_DEFAULTS
    (
        umask 077
        rm -f "$RBK_MYSQL_DEFAULTS"
        mysql_options >"$RBK_MYSQL_DEFAULTS"
    ) || because 2 "cannot write $RBK_MYSQL_DEFAULTS"
}

mysql_options() {
    printf '[client]\ndefault-character-set=utf8mb4\n'
    mysql_option user "$RBK_MYSQL_USER"
    mysql_option password "$RBK_MYSQL_PASSWORD"
    if [ -n "$RBK_MYSQL_SOCKET" ]; then
        printf 'protocol=socket\n'
        mysql_option socket "$RBK_MYSQL_SOCKET"
    else
        mysql_option host "$RBK_MYSQL_HOST"
        # To the clients `localhost` is a socket, whatever port is said.
        [ -z "$RBK_MYSQL_PORT" ] || printf 'protocol=tcp\nport=%s\n' "$RBK_MYSQL_PORT"
    fi
    case $mysql_made:$mysql_tls in
        *:) ;;
        mysql:verify-*) printf 'ssl-mode=VERIFY_%s\n' "$(parameter_name "${mysql_tls#verify-}")" ;;
        mysql:*) printf 'ssl-mode=%s\n' "$(parameter_name "$mysql_tls")" ;;
        mariadb:disabled) printf 'skip-ssl\n' ;;
        mariadb:verify-*) printf 'ssl\nssl-verify-server-cert\n' ;;
        mariadb:required) printf 'ssl\nskip-ssl-verify-server-cert\n' ;;
        mariadb:preferred) ;;
    esac
    mysql_option ssl-ca "$mysql_ca"
    mysql_option ssl-cert "$mysql_cert"
    mysql_option ssl-key "$mysql_key"
    printf '[mysql]\n'
    mysql_option database "$RBK_MYSQL_DATABASE"
    mysql_option connect-timeout "$mysql_wait"
}

# mysql_option NAME VALUE: quoted as files of options want it; nothing for an empty value.
mysql_option() {
    [ -n "$2" ] || return 0
    RBK_NAME=$1 RBK_VALUE=$2 LC_ALL=C awk 'BEGIN {
        text = ENVIRON["RBK_VALUE"]
        gsub(/\\/, "&&", text); gsub(/"/, "\\\"", text); gsub(/\n/, "\\n", text); gsub(/\r/, "\\r", text); gsub(/\t/, "\\t", text)
        printf "%s=\"%s\"\n", ENVIRON["RBK_NAME"], text
    }'
}
