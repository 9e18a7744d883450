#!/bin/sh
# Prints the services that run and their release, one a line. A number alone proves nothing: the process has to be api.py.
set -eu
cd "$(dirname -- "$0")/.."

for service in api worker live; do
    [ -f "run/$service.pid" ] || continue
    what=$(ps -o args= -p "$(cat "run/$service.pid")" 2>/dev/null) || continue
    case $what in
        *"/api.py $service")
            release=${what%/api.py *}
            printf '%s %s\n' "$service" "${release##*/}"
            ;;
    esac
done
