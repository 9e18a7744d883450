#!/bin/sh
# Brings back into V1 whatever was written to V2 since the switch: new rows, changed rows, deleted rows, the audit log, the
# invoice numbers. One transaction on V1; it commits only when V1 then says the same as V2, row for row.
#
#   sync-v2-to-v1.sh                status 3, and V1 untouched, when V2 holds something that V1 can't hold
#   sync-v2-to-v1.sh --leave FILE   brings the rest back and writes what is left over into FILE, for people
#   sync-v2-to-v1.sh --assess       says what it would do, and changes nothing
#   sync-v2-to-v1.sh --check        the same; status 1 unless there is nothing left to do
#
# Reads V1_DATABASE_URL and V2_DATABASE_URL. V1 was frozen all the time, so V2's word counts; both must be frozen now, or a
# write would slip through between reading and writing. Run again, it finds nothing left to do.
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd)
. "$here/connect.sh"

mode=bring list=''
case "${1-} $#" in
    ' 0') ;;
    '--assess 1') mode=assess ;;
    '--check 1') mode=check ;;
    '--leave 2')
        mode=leave
        case $2 in /*) list=$2 ;; *) list=$PWD/$2 ;; esac
        ;;
    *) fail "usage: ${0##*/} [--assess | --check | --leave FILE]" 2 ;;
esac
scratch

writers() {
    "$1" -A -t -c 'SELECT count(*) FROM migration.writers'
}
if [ "$mode" = bring ] || [ "$mode" = leave ]; then
    [ "$(writers v2)" = 0 ] || fail 'V2 still takes writes: freeze it first; nothing was changed'
    [ "$(writers v1)" = 0 ] || fail 'V1 takes writes already: V2 may not overwrite them; nothing was changed'
fi
# An emptied V2 would read as if everything had been deleted.
[ "$(v2 -A -t -c 'SELECT count(*) FROM regions WHERE v1_id IS NOT NULL')" != 0 ] ||
    fail 'V2 holds nothing of V1: was it restored already? Nothing was changed'

# ── V2, as of one moment, in V1's words; keys of other rows are still V2's ───────────────────────────────────────

cd "$rows"
v2 -f - <<'SQL'
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
COPY (
    SELECT 'regions', id, v1_id, jsonb_build_object('code', code, 'name', label) FROM regions WHERE NOT pilot
    UNION ALL
    SELECT 'cooperatives', id, v1_id, jsonb_build_object('region_id', region_id, 'code', code, 'name', legal_name)
    FROM cooperatives WHERE NOT pilot
    UNION ALL
    SELECT 'profiles', id, v1_id,
           jsonb_build_object('cooperative_id', cooperative_id, 'email', email, 'full_name', display_name, 'phone', phone, 'role', role)
    FROM profiles JOIN auth.users USING (id) WHERE NOT pilot
    UNION ALL
    SELECT 'warehouses', id, v1_id, jsonb_build_object('cooperative_id', cooperative_id, 'code', code, 'name', label)
    FROM warehouses WHERE NOT pilot
    UNION ALL
    SELECT 'chef_planteurs', id, v1_id, jsonb_build_object('cooperative_id', cooperative_id, 'code', code, 'full_name', display_name)
    FROM chef_planteurs WHERE NOT pilot
    UNION ALL
    SELECT 'planteurs', id, v1_id,
           jsonb_build_object('chef_planteur_id', chef_id, 'code', code, 'full_name', display_name, 'hectares', area_ha)
    FROM planteurs WHERE NOT pilot
    UNION ALL
    SELECT 'deliveries', id, v1_id,
           jsonb_build_object('ticket', ticket, 'planteur_id', planteur_id, 'warehouse_id', warehouse_id, 'recorded_by', recorded_by,
                              'delivered_on', delivered_at, 'weight_kg', net_weight_kg, 'grade', grade, 'status', state)
    FROM deliveries WHERE NOT pilot
    UNION ALL
    SELECT 'delivery_photos', p.id, p.v1_id, jsonb_build_object('delivery_id', p.delivery_id, 'path', o.name)
    FROM delivery_photos p JOIN storage.objects o ON o.id = p.object_id WHERE NOT p.pilot
    UNION ALL
    SELECT 'invoices', id, v1_id,
           jsonb_build_object('cooperative_id', cooperative_id, 'number', number, 'issued_on', issued_on, 'total_xaf', amount_xaf)
    FROM invoices WHERE NOT pilot
    UNION ALL
    SELECT 'invoice_lines', id, v1_id,
           jsonb_build_object('invoice_id', invoice_id, 'delivery_id', delivery_id, 'amount_xaf', amount_xaf)
    FROM invoice_lines WHERE NOT pilot
    UNION ALL
    SELECT 'audit_log', id, v1_id,
           jsonb_build_object('at', occurred_at, 'actor_id', actor_id, 'entity', entity, 'entity_id', entity_id, 'action', action)
    FROM audit_log WHERE NOT pilot
    UNION ALL
    SELECT 'dashboard_aggregates', gen_random_uuid(), NULL,
           jsonb_build_object('cooperative_id', cooperative_id, 'month', month, 'deliveries', delivery_count, 'weight_kg', net_weight_kg)
    FROM dashboard_aggregates a JOIN cooperatives c ON c.id = a.cooperative_id WHERE NOT c.pilot
) TO STDOUT \g v2.rows
COPY (SELECT entity, content FROM migration.rows) TO STDOUT \g v2.words
COPY (SELECT last_value, is_called FROM invoice_number_seq) TO STDOUT \g v2.numbers
COMMIT;
SQL

# ── V1, all or nothing ───────────────────────────────────────────────────────────────────────────────────────────

v1 -v mode="$mode" -f "$here/sync-v2-to-v1.sql" >&2

left=$(cat left.count)
if [ "$mode" = check ]; then
    [ "$(cat do.count)" -eq 0 ] || fail "V1 lacks $(cat do.count) changes of V2"
elif [ "$mode" = assess ] || [ "$left" -eq 0 ]; then
    exit 0
elif [ "$mode" = leave ]; then
    cat left.rows >"$list"
    printf '%s rows are left over, to be entered by hand: %s\n' "$left" "$list"
else
    fail "$left rows of V2 can't be held by V1 (above): V1 was not changed" 3
fi
