#!/bin/sh
# service.sh start|stop SERVICE…: of api, worker and live. It ends when the service answers, or is gone.
#
# Where they are containers, this is `docker compose up -d --no-deps SERVICE` and `docker compose stop SERVICE`, with API_RELEASE of
# the same settings as the image's tag.
set -eu
home=$(cd -- "$(dirname -- "$0")/.." && pwd)
cd "$home"

fail() {
    printf 'service.sh: %s\n' "$1" >&2
    exit 1
}

value() { sed -n "s/^$1=//p" settings/app.env; }

runs() { sh scripts/running.sh | grep -q "^$1 "; }

answers() {
    case $1 in
        api) curl -fs -m 5 -o "$2" "http://127.0.0.1:$(value TODO_API_PORT)/api/health" ;;
        live) curl -fs -m 5 -o "$2" "http://127.0.0.1:$(value TODO_LIVE_PORT)/live" ;;
        worker) : ;;
    esac
}

start() {
    runs "$1" || {
        # Nothing of whoever starts it reaches a service: it knows what the settings say.
        env -i PATH="$PATH" HOME="$home" TODO_SETTINGS="$home/settings/app.env" \
            setsid python3 "$home/releases/$(value API_RELEASE)/api.py" "$1" </dev/null >>"log/$1.log" 2>&1 &
        printf '%s\n' "$!" >"run/$1.pid"
    }
    tries=60
    until runs "$1" && answers "$1" log/answer; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "$1 does not come up: $(tail -n 3 "log/$1.log")"
        sleep 0.3
    done
}

stop() {
    tries=40
    while runs "$1"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "$1 does not end"
        signal=TERM
        [ "$tries" -gt 10 ] || signal=KILL
        kill -s "$signal" "$(cat "run/$1.pid")" 2>/dev/null || :
        sleep 0.2
    done
    rm -f "run/$1.pid"
}

[ $# -gt 1 ] || fail 'usage: service.sh start|stop SERVICE…'
what=$1
shift
for service; do
    case $what.$service in
        start.api | start.worker | start.live) start "$service" ;;
        stop.api | stop.worker | stop.live) stop "$service" ;;
        *) fail 'usage: service.sh start|stop SERVICE…' ;;
    esac
done
