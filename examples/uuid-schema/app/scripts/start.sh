#!/bin/sh
# Starts what is not running of `current`: the API and the sender of reminders. Waits until the API answers /health with 200.
set -eu
home=$(cd -- "$(dirname -- "$0")/.." && pwd)
cd "$home"

for service in api reminders; do
    ! sh scripts/running.sh | grep -qx "$service" || continue
    # Nothing of whoever starts it reaches a service: it knows what settings/app.env says.
    env -i PATH="$PATH" HOME="$home" VIBES_HOME="$home" setsid sh scripts/service.sh "$service" </dev/null >>"log/$service.log" 2>&1 &
    printf '%s\n' "$!" >"run/$service.pid"
done

port=$(sed -n 's/^VIBES_PORT=//p' settings/app.env)
tries=40
until [ "$(sh scripts/running.sh | wc -l)" -eq 2 ] && curl -fs -m 5 "http://127.0.0.1:$port/health" >/dev/null; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
        printf 'the services do not come up; the end of their logs:\n' >&2
        tail -n 5 log/api.log log/reminders.log >&2
        exit 1
    fi
    sleep 0.5
done
