-- What a migration gone wrong leaves behind.
CREATE TABLE public.newcomer (id int PRIMARY KEY, u bigint REFERENCES public.users); INSERT INTO public.newcomer VALUES (1, 1);
CREATE VIEW public.new_view AS SELECT id FROM public.users; CREATE SCHEMA later; CREATE TABLE later.t (s app.status);
CREATE EXTENSION citext; CREATE TYPE public.later AS ENUM ('x'); CREATE FUNCTION public.newf(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.newf(text) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE OPERATOR public.==== (leftarg = int, rightarg = int, procedure = int4eq);
ALTER TYPE app.status ADD VALUE 'archived'; DROP VIEW app.open_users; DROP TABLE app.events;
ALTER TABLE public.users DROP COLUMN mail; ALTER TABLE public.users ADD COLUMN mail text; DELETE FROM public.users WHERE id = 2; INSERT INTO public.users (name) VALUES ('new');
DROP INDEX public.users_part; DROP STATISTICS public.users_stats; DROP TRIGGER touch ON public.users; DROP POLICY own ON public.log; ALTER TABLE public.log DISABLE ROW LEVEL SECURITY;
GRANT ALL ON ALL TABLES IN SCHEMA public TO auditor; REVOKE ALL ON public.users FROM app_user; GRANT ALL ON SCHEMA public TO PUBLIC; REVOKE ALL ON SCHEMA app FROM app_user; GRANT CREATE ON SCHEMA extensions TO auditor;
COMMENT ON SCHEMA public IS 'changed'; COMMENT ON SCHEMA app IS NULL; COMMENT ON COLUMN public.users.name IS 'changed';
SELECT nextval('public.tickets'); ALTER TABLE public.log OWNER TO auditor;
ALTER DEFAULT PRIVILEGES IN SCHEMA app REVOKE SELECT ON TABLES FROM app_user; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO auditor; ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
DROP PUBLICATION pub; CREATE PUBLICATION pub2 FOR TABLE public.log; SELECT lo_unlink(4711); SELECT lo_from_bytea(4712, 'later'::bytea);
DROP CAST (public.pair AS int); CREATE CAST (public.span AS int) WITH INOUT;
CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR app_user SERVER s;
CREATE TEXT SEARCH DICTIONARY public.d (TEMPLATE = simple);
