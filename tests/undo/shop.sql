-- A small database with one of most things, and rows. The statements beside it are applied to it and taken back.
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE orgs (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (id bigserial PRIMARY KEY, mail email, age integer, org_id bigint, feels mood DEFAULT 'ok', CONSTRAINT age_ok CHECK (age > 0));
CREATE TABLE app.notes (id bigint PRIMARY KEY, body text, "Owner Id" bigint);
CREATE INDEX users_age_idx ON users (age);
CREATE TABLE marks (id bigint PRIMARY KEY, mark text);
CREATE TABLE marked (user_id bigint, mark bigint REFERENCES marks);
CREATE VIEW adults AS SELECT id, age FROM users WHERE age > 17;
CREATE MATERIALIZED VIEW ages AS SELECT age, count(*) AS many FROM users GROUP BY age;
CREATE SEQUENCE ticket_no;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touch_users BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY own_rows ON users USING (true);
INSERT INTO orgs VALUES (1, 'One'), (2, 'Two');
INSERT INTO users (mail, age, org_id) VALUES ('a@example.org', 30, 1), ('b@example.org', 12, 2);
INSERT INTO app.notes VALUES (1, 'x', 1);
