-- The cluster's roles: made by whoever made the server, and in no dump of the database.
CREATE ROLE vibes_app LOGIN;
CREATE ROLE vibes_reports LOGIN;
