-- One statement for every table
DO $$ DECLARE r record; BEGIN FOR r IN (SELECT tablename FROM pg_tables WHERE schemaname = 'app') LOOP EXECUTE 'DROP TABLE IF EXISTS app.' || quote_ident(r.tablename) || ' CASCADE'; END LOOP; END $$;

-- A statement with names put in
DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['orders', 'users'] LOOP EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', t); EXECUTE format('ALTER TABLE app.%1$I DROP COLUMN %2$I', t, 'memo'); END LOOP; END $$;

-- Doubled quotes inside
DO $$ BEGIN EXECUTE 'ALTER TABLE orders ALTER state SET DEFAULT ''new'''; EXECUTE 'DELETE FROM orders WHERE state = ''old'''; END $$;

-- In a variable
DO $$ DECLARE q text := 'TRUNCATE sessions'; BEGIN EXECUTE q; q := 'DROP TABLE cache'; EXECUTE q; END $$;

-- One of two, by a condition
DO $$ DECLARE q text; BEGIN IF now() > '2030-01-01' THEN q := 'DROP TABLE a'; ELSE q := 'DROP TABLE b'; END IF; EXECUTE q; END $$;

-- Which rows is only known when it runs
DO $$ BEGIN EXECUTE 'DELETE FROM orders ' || current_setting('app.which'); EXECUTE 'DELETE FROM ' || current_setting('app.table'); EXECUTE current_setting('app.all'); END $$;

-- The language in quotes, or behind the block
DO LANGUAGE 'plpgsql' $$ BEGIN DROP TABLE cache; END $$;
DO $$ BEGIN DROP TABLE cache; END $$ LANGUAGE plpgsql;
DO $$ import os $$ LANGUAGE plpython3u;
DO 'BEGIN UPDATE orders SET state = ''new''; END';

-- An expression is no branch
DO $$ BEGIN UPDATE orders SET rank = CASE WHEN total > 9 THEN 1 ELSE 2 END; DELETE FROM log; END $$;

-- Branches, loops and handlers
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'done') THEN CREATE TABLE done (id int); ELSIF false THEN DROP TABLE done; END IF; CREATE TABLE later (id int); END $$;
DO $$ BEGIN ALTER TABLE orders ADD COLUMN memo text; EXCEPTION WHEN duplicate_column THEN RAISE NOTICE 'there'; END $$;
DO $$ <<outer>> BEGIN FOR r IN DELETE FROM orders RETURNING id LOOP INSERT INTO gone VALUES (r.id); END LOOP; END $$;
DO $$ BEGIN CASE current_setting('app.mode') WHEN 'a' THEN DROP TABLE a; ELSE NULL; END CASE; LOOP TRUNCATE b; EXIT; END LOOP; END $$;
DO $$ BEGIN PERFORM set_config('search_path', 'app', true); PERFORM pg_advisory_xact_lock(7); PERFORM app.clean(); END $$;
DO $$ BEGIN IF version() LIKE '%9.6%' THEN RETURN; END IF; CREATE TABLE newer (id int); END $$;

-- A routine that the text makes and runs
CREATE FUNCTION pg_temp.tidy() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM sessions; ALTER TABLE orders DROP COLUMN memo; END $f$;
SELECT pg_temp.tidy();
DO $$ BEGIN PERFORM pg_temp.tidy(); END $$;
DROP FUNCTION pg_temp.tidy();

-- A procedure in SQL
CREATE PROCEDURE wipe() LANGUAGE sql AS 'TRUNCATE sessions; DELETE FROM log WHERE old';
CALL wipe();

-- A prepared statement
PREPARE gone (int) AS DELETE FROM orders;
EXECUTE gone (1);
EXECUTE of_another_session;

-- Names that a tool fills in
DROP TABLE :schema.cache;
DROP TABLE :"schema".cache, :name;
ALTER TABLE ${schema}.orders DROP COLUMN memo;
TRUNCATE @extschema@.log;
DELETE FROM {{ schema }}.sessions;
SELECT a::text, b[1:2] FROM orders WHERE c::text = :'value';
