#!/bin/sh
# Compares V1 and V2 row for row, in the words that both share (migration.rows). Status 1 when they differ: says how many rows
# of which table, and shows the first of them. Reads V1_DATABASE_URL and V2_DATABASE_URL; changes nothing.
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd)
. "$here/connect.sh"
scratch

words='COPY (SELECT entity, content FROM migration.rows) TO STDOUT'
v1 -c "$words" >"$rows/v1"
v2 -c "$words" >"$rows/v2"
[ -s "$rows/v1" ] || fail 'V1 is empty' 2
LC_ALL=C sort "$rows/v1" >"$rows/v1.sorted"
LC_ALL=C sort "$rows/v2" >"$rows/v2.sorted"

LC_ALL=C comm -23 "$rows/v1.sorted" "$rows/v2.sorted" | sed 's/^/V1 only: /' >"$rows/differ"
LC_ALL=C comm -13 "$rows/v1.sorted" "$rows/v2.sorted" | sed 's/^/V2 only: /' >>"$rows/differ"
if [ -s "$rows/differ" ]; then
    cut -f 1 "$rows/differ" | sort | uniq -c
    head -n 20 "$rows/differ"
    exit 1
fi
printf 'equal: %s rows\n' "$(wc -l <"$rows/v1" | tr -d ' ')"
