# URLs of PostgreSQL become what libpq would make of them, and stray PG* variables of the operator do not get in.

command . "$RBK_TESTS/lib.sh"
command . "$RBK_TESTS/engines.sh"

cat >"$WORK/show.sh" <<'END'
command . "$RBK_SOURCE/runtime/lib/url.sh"
postgres_url "$1" || { echo "${answer_detail-}"; exit 2; }
env | sort | grep -e '^PG' -e '^!' | grep -v -e '^PGAPPNAME=rbk$' -e '^PGCONNECT_TIMEOUT='
exit 0
END

url() {
    with PGUSER=stray PGPASSWORD=stray PGPORT=1 PGTZ=Asia/Tokyo PGDATESTYLE=German in_shell "$WORK/show.sh" "$1"
}

in_shell() {
    $RBK_SHELL "$@"
}

# becomes URL VARIABLES: with a blank between them, in order of their names.
becomes() {
    same "$(url "$1" | tr '\n' ' ')" "${2:+$2 }" "$1"
}

becomes 'postgresql://u:p@h:5433/db' 'PGDATABASE=db PGHOST=h PGPASSWORD=p PGPORT=5433 PGUSER=u'
becomes 'postgres://us%40er:p%3Aa%2F%25s%20%27%22%24@h/my%2Fdb?sslmode=require' \
    "PGDATABASE=my/db PGHOST=h PGPASSWORD=p:a/%s '\"\$ PGSSLMODE=require PGUSER=us@er"
becomes 'postgresql:///db?host=/var/run/x&port=5555&user=a%20b' 'PGDATABASE=db PGHOST=/var/run/x PGPORT=5555 PGUSER=a b'
becomes 'postgresql://%2Fvar%2Frun/db' 'PGDATABASE=db PGHOST=/var/run'
becomes 'postgresql://u@[::1]:5/db' 'PGDATABASE=db PGHOST=::1 PGPORT=5 PGUSER=u'
becomes 'postgresql://a:1,b,c:3/db?target_session_attrs=read-write' 'PGDATABASE=db PGHOST=a,b,c PGPORT=1,,3 PGTARGETSESSIONATTRS=read-write'
becomes 'postgresql://' ''
becomes 'postgresql://h' 'PGHOST=h'
becomes 'postgresql+asyncpg://u:p@h/db?ssl=true' 'PGDATABASE=db PGHOST=h PGPASSWORD=p PGSSLMODE=require PGUSER=u'
becomes 'postgresql://u:p@ss@h/db?schema=my%20app&pgbouncer=true' \
    'PGDATABASE=db PGHOST=h PGOPTIONS=-c search_path="my\ app" PGPASSWORD=p@ss PGUSER=u'
becomes 'postgresql://u:é@h/d' 'PGDATABASE=d PGHOST=h PGPASSWORD=é PGUSER=u'
becomes 'postgresql://u:%C3%A9%21@h/d' 'PGDATABASE=d PGHOST=h PGPASSWORD=é! PGUSER=u'
same "$(url 'postgresql://u:a%0a!@h/d' | tr '\n' ' ')" '! PGDATABASE=d PGHOST=h PGPASSWORD=a PGUSER=u ' 'a line break in a password'
expect 2 'a bad escape' url 'postgresql://u:%zz@h/d'
expect 2 'a NUL' url 'postgresql://u:%00@h/d'
expect 2 'not PostgreSQL' url 'mysql://h/d'
expect 2 'a parameter that is not known' url 'postgresql://h/d?frob=1'
expect 2 'a port that is none' url 'postgresql://h:x/d'
done_testing
