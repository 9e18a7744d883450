-- Cluster-wide: run once, by a superuser, before schema.sql.
CREATE ROLE todo_app LOGIN;
