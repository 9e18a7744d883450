"""Sessions, a log of what was done, and an overview for the reports."""

from alembic import op

revision = "0003_sessions"
down_revision = "0002_reminders"


def upgrade():
    op.execute("""
        CREATE TABLE user_sessions (
            id bigserial PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            token_digest text NOT NULL UNIQUE,
            expires_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX user_sessions_user_id_idx ON user_sessions (user_id)")
    op.execute("""
        CREATE TABLE audit_logs (
            id bigserial PRIMARY KEY,
            user_id bigint REFERENCES users ON DELETE SET NULL,
            at timestamptz NOT NULL DEFAULT now(),
            action text NOT NULL
        )""")
    op.execute("CREATE INDEX audit_logs_user_id_idx ON audit_logs (user_id)")
    op.execute("""
        CREATE VIEW journal_overview AS
            SELECT u.id AS user_id, u.email, count(j.id) AS journals, max(j.created_at) AS newest
            FROM users u LEFT JOIN journals j ON j.user_id = u.id GROUP BY u.id, u.email""")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON user_sessions TO vibes_app")
    op.execute("GRANT SELECT, INSERT ON audit_logs TO vibes_app")
    op.execute("GRANT USAGE ON user_sessions_id_seq, audit_logs_id_seq TO vibes_app")
    op.execute("GRANT SELECT ON journal_overview TO vibes_reports")


def downgrade():
    op.execute("DROP VIEW journal_overview")
    op.execute("DROP TABLE audit_logs, user_sessions")
