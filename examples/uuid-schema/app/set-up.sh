#!/bin/sh
# Makes the stand-in of Vibes ready; the tests call it, and so can you.
#
#   set-up.sh environment ENVIRONMENT     a Python environment with exactly requirements.txt; quick when it is there already
#   set-up.sh host DIRECTORY ENVIRONMENT  what a host of Vibes has: both releases, scripts, settings; `current` is the old one
#
# The database is libpq's: PGHOST, PGDATABASE and their like are written into the settings, with vibes_app as its user.
set -eu
app=$(cd -- "$(dirname -- "$0")" && pwd)

environment() {
    if cmp -s "$app/requirements.txt" "$1/requirements.txt" && "$1/bin/python" -c '' 2>/dev/null; then return; fi
    # Debian and Ubuntu keep pip out of the system's own Python (PEP 668): this one belongs to nobody else.
    rm -rf "$1"
    mkdir -p "$(dirname -- "$1")"
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$app/requirements.txt"
    cp "$app/requirements.txt" "$1/"
}

# On a real host CI lays out each release from its tag, with an environment of its own; here both share one, for speed.
host() {
    mkdir -p "$1/releases" "$1/settings" "$1/run" "$1/log"
    cp -R "$app/scripts" "$1/"
    for release in integer uuid; do
        mkdir "$1/releases/$release"
        cp -R "$app/serve.py" "$app/trial.py" "$app/requirements.txt" "$app/alembic.ini" "$app/migrations" "$app/releases/$release/." \
            "$1/releases/$release/"
        ln -s "$2" "$1/releases/$release/.venv"
    done
    # The old release is older than the revision: its alembic can't find its way from there.
    rm "$1/releases/integer/migrations/versions/0004_uuid_keys.py"
    ln -s releases/integer "$1/current"
    (
        umask 077
        cat >"$1/settings/app.env" <<ENV
PGHOST='${PGHOST:-}'
PGPORT='${PGPORT:-}'
PGDATABASE='${PGDATABASE:-vibes_prod}'
PGUSER=vibes_app
VIBES_PORT=${VIBES_PORT:-8000}
VIBES_TOKEN_KEY=not-a-real-key
VIBES_TRIAL_PASS=${VIBES_TRIAL_PASS:-not-a-real-pass}
UUID_ENABLED=false
USE_INTEGER_IDS=true
ENV
    )
}

case "${1:-} $#" in
    'environment 2') environment "$2" ;;
    'host 3') host "$2" "$3" ;;
    *)
        printf 'usage: %s environment ENVIRONMENT | host DIRECTORY ENVIRONMENT\n' "$0" >&2
        exit 2
        ;;
esac
