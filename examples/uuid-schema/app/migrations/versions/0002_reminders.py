"""Tags that are kept secret, and reminders to write."""

from alembic import op

revision = "0002_reminders"
down_revision = "0001_journals"


def upgrade():
    op.execute("""
        CREATE TABLE secret_tags (
            id bigserial PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            sealed_name bytea NOT NULL,
            UNIQUE (user_id, sealed_name)
        )""")
    op.execute("""
        CREATE TABLE reminders (
            id bigserial PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            journal_id bigint REFERENCES journals ON DELETE SET NULL,
            due_at timestamptz NOT NULL,
            sent_at timestamptz,
            text text NOT NULL
        )""")
    op.execute("CREATE INDEX reminders_user_id_idx ON reminders (user_id)")
    op.execute("CREATE INDEX reminders_journal_id_idx ON reminders (journal_id)")
    op.execute("CREATE INDEX reminders_due_at_idx ON reminders (due_at) WHERE sent_at IS NULL")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON secret_tags, reminders TO vibes_app")
    op.execute("GRANT USAGE ON secret_tags_id_seq, reminders_id_seq TO vibes_app")


def downgrade():
    op.execute("DROP TABLE reminders, secret_tags")
