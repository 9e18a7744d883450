"""Users write journals, and tag them."""

from alembic import op

revision = "0001_journals"
down_revision = None


def upgrade():
    op.execute("""
        CREATE TABLE users (
            id bigserial PRIMARY KEY,
            email text NOT NULL UNIQUE,
            name text NOT NULL,
            password text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("""
        CREATE TABLE journals (
            id bigserial PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            title text NOT NULL,
            content text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX journals_user_id_idx ON journals (user_id)")
    op.execute("""
        CREATE TABLE tags (
            id bigserial PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            name text NOT NULL,
            UNIQUE (user_id, name)
        )""")
    op.execute("""
        CREATE TABLE journal_tags (
            journal_id bigint NOT NULL REFERENCES journals ON DELETE CASCADE,
            tag_id bigint NOT NULL REFERENCES tags ON DELETE CASCADE,
            PRIMARY KEY (journal_id, tag_id)
        )""")
    op.execute("CREATE INDEX journal_tags_tag_id_idx ON journal_tags (tag_id)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON users, journals, tags, journal_tags TO vibes_app")
    op.execute("GRANT USAGE ON users_id_seq, journals_id_seq, tags_id_seq TO vibes_app")


def downgrade():
    op.execute("DROP TABLE journal_tags, tags, journals, users")
