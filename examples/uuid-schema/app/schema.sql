-- Vibes before the migration: what `alembic upgrade 0003_sessions --sql` writes for an empty database.
-- A rehearsal starts from it; the tests hold it against the revisions.

BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001_journals

CREATE TABLE users (
            id bigserial PRIMARY KEY,
            email text NOT NULL UNIQUE,
            name text NOT NULL,
            password text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        );

CREATE TABLE journals (
            id bigserial PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            title text NOT NULL,
            content text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        );

CREATE INDEX journals_user_id_idx ON journals (user_id);

CREATE TABLE tags (
            id bigserial PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            name text NOT NULL,
            UNIQUE (user_id, name)
        );

CREATE TABLE journal_tags (
            journal_id bigint NOT NULL REFERENCES journals ON DELETE CASCADE,
            tag_id bigint NOT NULL REFERENCES tags ON DELETE CASCADE,
            PRIMARY KEY (journal_id, tag_id)
        );

CREATE INDEX journal_tags_tag_id_idx ON journal_tags (tag_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON users, journals, tags, journal_tags TO vibes_app;

GRANT USAGE ON users_id_seq, journals_id_seq, tags_id_seq TO vibes_app;

INSERT INTO alembic_version (version_num) VALUES ('0001_journals') RETURNING alembic_version.version_num;

-- Running upgrade 0001_journals -> 0002_reminders

CREATE TABLE secret_tags (
            id bigserial PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            sealed_name bytea NOT NULL,
            UNIQUE (user_id, sealed_name)
        );

CREATE TABLE reminders (
            id bigserial PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            journal_id bigint REFERENCES journals ON DELETE SET NULL,
            due_at timestamptz NOT NULL,
            sent_at timestamptz,
            text text NOT NULL
        );

CREATE INDEX reminders_user_id_idx ON reminders (user_id);

CREATE INDEX reminders_journal_id_idx ON reminders (journal_id);

CREATE INDEX reminders_due_at_idx ON reminders (due_at) WHERE sent_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON secret_tags, reminders TO vibes_app;

GRANT USAGE ON secret_tags_id_seq, reminders_id_seq TO vibes_app;

UPDATE alembic_version SET version_num='0002_reminders' WHERE alembic_version.version_num = '0001_journals';

-- Running upgrade 0002_reminders -> 0003_sessions

CREATE TABLE user_sessions (
            id bigserial PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            token_digest text NOT NULL UNIQUE,
            expires_at timestamptz NOT NULL
        );

CREATE INDEX user_sessions_user_id_idx ON user_sessions (user_id);

CREATE TABLE audit_logs (
            id bigserial PRIMARY KEY,
            user_id bigint REFERENCES users ON DELETE SET NULL,
            at timestamptz NOT NULL DEFAULT now(),
            action text NOT NULL
        );

CREATE INDEX audit_logs_user_id_idx ON audit_logs (user_id);

CREATE VIEW journal_overview AS
            SELECT u.id AS user_id, u.email, count(j.id) AS journals, max(j.created_at) AS newest
            FROM users u LEFT JOIN journals j ON j.user_id = u.id GROUP BY u.id, u.email;

GRANT SELECT, INSERT, UPDATE, DELETE ON user_sessions TO vibes_app;

GRANT SELECT, INSERT ON audit_logs TO vibes_app;

GRANT USAGE ON user_sessions_id_seq, audit_logs_id_seq TO vibes_app;

GRANT SELECT ON journal_overview TO vibes_reports;

UPDATE alembic_version SET version_num='0003_sessions' WHERE alembic_version.version_num = '0002_reminders';

COMMIT;

