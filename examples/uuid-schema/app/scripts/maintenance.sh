#!/bin/sh
# maintenance.sh on|off|status: the maintenance page, in front of the API. A file, so that it needs no API that works.
set -eu
cd "$(dirname -- "$0")/.."

case ${1:-} in
    on) : >run/maintenance ;;
    off) rm -f run/maintenance ;;
    status) if [ -e run/maintenance ]; then echo on; else echo off; fi ;;
    *) printf 'usage: maintenance.sh on|off|status\n' >&2; exit 2 ;;
esac
