-- What is there, one fact a line: kind@name@what the catalogue says of it. A name in `public` has no schema in front.
CREATE ROLE reader; CREATE ROLE writer;
CREATE SCHEMA app; CREATE SCHEMA truth;

CREATE FUNCTION truth.seen(oid) RETURNS boolean LANGUAGE sql AS $$
  SELECT nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'truth') FROM pg_namespace WHERE oid = $1
$$;
CREATE FUNCTION truth.name(oid, name) RETURNS text LANGUAGE sql AS $$
  SELECT CASE nspname WHEN 'public' THEN '' ELSE nspname || '·' END || $2 FROM pg_namespace WHERE oid = $1
$$;
CREATE FUNCTION truth.relation(oid) RETURNS text LANGUAGE sql AS $$ SELECT truth.name(relnamespace, relname) FROM pg_class WHERE oid = $1 $$;
CREATE FUNCTION truth.rights(aclitem[]) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(format('%s to %s', privilege_type, CASE grantee WHEN 0 THEN 'all' ELSE pg_get_userbyid(grantee) END), ', ' ORDER BY grantee, privilege_type)
  FROM aclexplode($1)
$$;

CREATE FUNCTION truth.facts() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT format('schema@%s@owner %s %s', nspname, pg_get_userbyid(nspowner), truth.rights(coalesce(nspacl, acldefault('n', nspowner)))) FROM pg_namespace WHERE truth.seen(oid)
  UNION ALL
  SELECT format('%s@%s@%s owner %s rows %s %s options %s comment %s bound %s key %s view %s',
      CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialised view' WHEN 'S' THEN 'sequence' ELSE 'table' END,
      truth.relation(oid), relpersistence, pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity, reloptions, obj_description(oid),
      pg_get_expr(relpartbound, oid), CASE relkind WHEN 'p' THEN pg_get_partkeydef(oid) END,
      CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) WHEN relkind = 'S' THEN
        (SELECT format('%s %s %s %s %s', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqcycle) FROM pg_sequence s WHERE s.seqrelid = pg_class.oid) END)
  FROM pg_class WHERE truth.seen(relnamespace) AND relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL
  SELECT format('owned@%s@%s', truth.relation(objid), truth.relation(refobjid)) FROM pg_depend JOIN pg_class c ON c.oid = objid
  WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i') AND relkind = 'S' AND truth.seen(relnamespace)
  UNION ALL
  SELECT format('grant@%s@%s', truth.relation(oid), truth.rights(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, relowner))))
  FROM pg_class WHERE truth.seen(relnamespace) AND relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL
  SELECT format('column@%s·%s@%s %s %s collation %s %s%s comment %s rights %s options %s %s', truth.relation(attrelid), attname, format_type(atttypid, atttypmod), attnotnull,
      pg_get_expr(adbin, adrelid), (SELECT collname FROM pg_collation o WHERE o.oid = attcollation), attidentity, attgenerated, col_description(attrelid, attnum),
      truth.rights(attacl), attoptions, attstattarget)
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE truth.seen(relnamespace) AND relkind IN ('r', 'p', 'v', 'm') AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT format('index@%s·%s@%s valid %s clustered %s identity %s comment %s', truth.relation(indrelid), relname, pg_get_indexdef(indexrelid), indisvalid, indisclustered, indisreplident, obj_description(indexrelid))
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE truth.seen(relnamespace)
  UNION ALL
  SELECT format('constraint@%s·%s@%s comment %s', truth.relation(conrelid), conname, pg_get_constraintdef(oid), obj_description(oid))
  FROM pg_constraint WHERE truth.seen(connamespace) AND conrelid <> 0
  UNION ALL
  SELECT format('constraint@%s·%s@%s', truth.name(typnamespace, typname), conname, pg_get_constraintdef(c.oid))
  FROM pg_constraint c JOIN pg_type t ON t.oid = contypid WHERE truth.seen(typnamespace)
  UNION ALL
  SELECT format('type@%s@%s %s %s %s owner %s %s comment %s', truth.name(typnamespace, typname), typtype, CASE typtype WHEN 'd' THEN format_type(typbasetype, typtypmod) END,
      typnotnull, typdefault, pg_get_userbyid(typowner), truth.rights(coalesce(typacl, acldefault('T', typowner))), obj_description(oid))
  FROM pg_type WHERE truth.seen(typnamespace) AND (typtype IN ('e', 'd', 'r') OR (SELECT relkind = 'c' FROM pg_class WHERE pg_class.oid = typrelid))
  UNION ALL
  SELECT format('label@%s·%s@%s', truth.name(typnamespace, typname), enumlabel, rank() OVER (PARTITION BY enumtypid ORDER BY enumsortorder))
  FROM pg_enum JOIN pg_type t ON t.oid = enumtypid WHERE truth.seen(typnamespace)
  UNION ALL
  SELECT format('function@%s@%s', truth.name(pronamespace, proname), string_agg(format('%s owner %s %s comment %s', pg_get_functiondef(oid), pg_get_userbyid(proowner),
      truth.rights(coalesce(proacl, acldefault('f', proowner))), obj_description(oid)), ' and ' ORDER BY oid))
  FROM pg_proc WHERE truth.seen(pronamespace) AND prokind IN ('f', 'p') GROUP BY pronamespace, proname
  UNION ALL
  SELECT format('trigger@%s·%s@%s %s comment %s', truth.relation(tgrelid), tgname, pg_get_triggerdef(oid), tgenabled, obj_description(oid)) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT format('policy@%s·%s@%s %s to %s using %s check %s', truth.relation(polrelid), polname, polcmd, polpermissive,
      (SELECT string_agg(CASE role WHEN 0 THEN 'all' ELSE pg_get_userbyid(role) END, ', ') FROM unnest(polroles) role), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
  FROM pg_policy
  UNION ALL
  SELECT format('rule@%s·%s@%s', truth.relation(ev_class), rulename, pg_get_ruledef(r.oid)) FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class
  WHERE truth.seen(relnamespace) AND rulename <> '_RETURN'
  UNION ALL
  SELECT format('child@%s@%s', truth.relation(inhrelid), truth.relation(inhparent)) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE truth.seen(relnamespace) AND relkind IN ('r', 'p')
  UNION ALL
  SELECT format('statistics@%s@%s', truth.name(stxnamespace, stxname), pg_get_statisticsobjdef(oid)) FROM pg_statistic_ext WHERE truth.seen(stxnamespace)
  UNION ALL
  SELECT format('role@%s@%s %s %s', rolname, rolcanlogin, rolcreatedb, (SELECT string_agg(pg_get_userbyid(m.roleid), ', ' ORDER BY m.roleid) FROM pg_auth_members m WHERE m.member = r.oid))
  FROM pg_roles r WHERE rolname NOT LIKE 'pg\_%'
  UNION ALL
  SELECT format('default@%s@%s', defaclobjtype, truth.rights(defaclacl)) FROM pg_default_acl
$$;

CREATE FUNCTION truth.look() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  own record;
BEGIN
  RETURN QUERY SELECT replace(replace(fact, E'\n', ' '), '  ', ' ') FROM truth.facts() fact;
  FOR own IN SELECT c.oid, c.relname, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE truth.seen(relnamespace) AND relkind = 'S' LOOP
    RETURN QUERY EXECUTE format('SELECT format(''count@%%s@%%s %%s'', %L, last_value, is_called) FROM %I.%I', truth.relation(own.oid), own.nspname, own.relname);
  END LOOP;
  FOR own IN SELECT c.oid, c.relname, n.nspname, a.attname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_attribute a ON attrelid = c.oid
      WHERE truth.seen(relnamespace) AND (relkind = 'r' OR relkind = 'm' AND relispopulated) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' LOOP
    RETURN QUERY EXECUTE format('SELECT format(''%s@%%s@%%s'', %L, string_agg(%I::text, ''|'' ORDER BY %I::text)) FROM ONLY %I.%I',
      CASE own.relkind WHEN 'm' THEN 'held' ELSE 'value' END, truth.relation(own.oid) || '·' || own.attname, own.attname, own.attname, own.nspname, own.relname);
  END LOOP;
END $$;
