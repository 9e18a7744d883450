#!/bin/sh
# maintenance.sh on|off|status: the maintenance page. A file that the front looks at: it needs no API that works.
set -eu
cd "$(dirname -- "$0")/.."

case ${1:-} in
    on) : >run/maintenance ;;
    off) rm -f run/maintenance ;;
    status) if [ -e run/maintenance ]; then echo on; else echo off; fi ;;
    *) printf 'usage: maintenance.sh on|off|status\n' >&2; exit 2 ;;
esac
