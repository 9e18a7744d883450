# picture.sh: a PostgreSQL database as text, and the roles that the rich schema needs, which all databases of a server share.
#
# Sourced after lib.sh by scripts about backups. A picture holds what pg_dump sees, without the schema rbk, and what it does not see.

# roles NAME...: those, beside the three of the rich schema.
roles() {
    for role in app_user app_owner auditor "$@"; do
        sql -d postgres -c "DO \$\$ BEGIN CREATE ROLE $role LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END \$\$"
    done
}

# picture DATABASE: as the superuser, whoever asks otherwise.
picture() {
    pg_dump -U rbk -N rbk "$1" | sed '/^\\\(un\)\{0,1\}restrict/d'
    psql -X -q -A -t -U rbk -d "$1" <<'SQL'
SELECT 'schema', nspname, pg_get_userbyid(nspowner), (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(nspacl) x), obj_description(oid,'pg_namespace') FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'rbk' ORDER BY 2;
SELECT 'default', pg_get_userbyid(defaclrole), defaclnamespace::regnamespace, defaclobjtype, (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(defaclacl) x) FROM pg_default_acl ORDER BY 2,3,4;
SELECT 'ext', extname, extversion, extnamespace::regnamespace FROM pg_extension ORDER BY 2;
SELECT 'rel', c.oid::regclass, relkind, pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity, (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) x) FROM pg_class c WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema|rbk)' ORDER BY c.oid::regclass::text;
SELECT 'seq', schemaname, sequencename, last_value, start_value, increment_by FROM pg_sequences WHERE schemaname <> 'rbk' ORDER BY 2,3;
SQL
}

# unchanged NAME: the database is as it was when `picture` was kept in $WORK/before.
unchanged() {
    picture "${db:?}" >"$WORK/after"
    same_file "$WORK/before" "$WORK/after" "$1"
}

method() {
    $RBK_SHELL "$RBK_SOURCE/methods/$1.sh"
}
