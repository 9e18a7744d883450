#!/bin/sh
# set-up.sh DIRECTORY: lays out what a host of the todo app has: both releases and both frontends, scripts, settings; release 1.8.3
# is the one in use. The database is libpq's: PGHOST and PGDATABASE are written into the settings, with todo_app as the user. The
# ports are TODO_API_PORT and TODO_LIVE_PORT.
set -eu
[ $# -eq 1 ] || { printf 'usage: set-up.sh DIRECTORY\n' >&2; exit 2; }
app=$(cd -- "$(dirname -- "$0")" && pwd)

mkdir -p "$1/settings" "$1/run" "$1/log"
cp -R "$app/scripts" "$app/releases" "$app/web" "$1/"
# CI lays out each release from its tag; here both are made of the same files, and release.json says what each can do.
for release in 1.8.3 2.0.0; do
    cp "$app/api.py" "$app/trial.py" "$1/releases/$release/"
done
umask 077
cat >"$1/settings/app.env" <<ENV
PGHOST=${PGHOST:-}
PGPORT=${PGPORT:-}
PGDATABASE=${PGDATABASE:-todo_db}
PGUSER=todo_app
TODO_API_PORT=${TODO_API_PORT:-8001}
TODO_LIVE_PORT=${TODO_LIVE_PORT:-8002}
API_RELEASE=1.8.3
WEB_BUILD=1.8.3
V1_API=off
V1_SHARE=0
ENV
