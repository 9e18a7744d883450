#!/bin/sh
# Prints the services that run, one a line. A number alone proves nothing: the process has to be serve.py.
set -eu
cd "$(dirname -- "$0")/.."

for service in api reminders; do
    [ -f "run/$service.pid" ] || continue
    case $(ps -o args= -p "$(cat "run/$service.pid")" 2>/dev/null) in
        *"serve.py $service") printf '%s\n' "$service" ;;
    esac
done
