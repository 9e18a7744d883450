#!/bin/sh
# Stops the services, and ends only when they are gone. What does not go within ten seconds is killed.
set -eu
cd "$(dirname -- "$0")/.."

tries=40
while running=$(sh scripts/running.sh) && [ -n "$running" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { printf 'still running: %s\n' "$running" >&2; exit 1; }
    signal=TERM
    [ "$tries" -gt 6 ] || signal=KILL
    for service in $running; do
        kill -s "$signal" "$(cat "run/$service.pid")" 2>/dev/null || :
    done
    sleep 0.3
done
rm -f run/api.pid run/reminders.pid
