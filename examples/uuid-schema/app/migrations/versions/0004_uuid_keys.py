"""Every key becomes a uuid. The integer stays beside it as `legacy_id`, and new rows go on getting one: so that old links
lead where they led, and the way back gives every row, old or new, an integer of its own.
"""

from alembic import op

revision = "0004_uuid_keys"
down_revision = "0003_sessions"

KEYED = ["users", "journals", "tags", "secret_tags", "reminders", "user_sessions", "audit_logs"]

# table, column, what it points at, what happens when that is deleted, whether there always is one
REFERENCES = [
    ("journals", "user_id", "users", "CASCADE", True),
    ("tags", "user_id", "users", "CASCADE", True),
    ("journal_tags", "journal_id", "journals", "CASCADE", True),
    ("journal_tags", "tag_id", "tags", "CASCADE", True),
    ("secret_tags", "user_id", "users", "CASCADE", True),
    ("reminders", "user_id", "users", "CASCADE", True),
    ("reminders", "journal_id", "journals", "SET NULL", False),
    ("user_sessions", "user_id", "users", "CASCADE", True),
    ("audit_logs", "user_id", "users", "SET NULL", False),
]

# What goes with a column that is replaced, and has to be made anew.
AROUND = [
    "CREATE INDEX journals_user_id_idx ON journals (user_id)",
    "ALTER TABLE tags ADD UNIQUE (user_id, name)",
    "ALTER TABLE journal_tags ADD PRIMARY KEY (journal_id, tag_id)",
    "CREATE INDEX journal_tags_tag_id_idx ON journal_tags (tag_id)",
    "ALTER TABLE secret_tags ADD UNIQUE (user_id, sealed_name)",
    "CREATE INDEX reminders_user_id_idx ON reminders (user_id)",
    "CREATE INDEX reminders_journal_id_idx ON reminders (journal_id)",
    "CREATE INDEX user_sessions_user_id_idx ON user_sessions (user_id)",
    "CREATE INDEX audit_logs_user_id_idx ON audit_logs (user_id)",
    """CREATE VIEW journal_overview AS
        SELECT u.id AS user_id, u.email, count(j.id) AS journals, max(j.created_at) AS newest
        FROM users u LEFT JOIN journals j ON j.user_id = u.id GROUP BY u.id, u.email""",
    "GRANT SELECT ON journal_overview TO vibes_reports",
]


def upgrade():
    free()
    for table in KEYED:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey")
        op.execute(f"ALTER TABLE {table} RENAME COLUMN id TO legacy_id")
        op.execute(f"ALTER TABLE {table} ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid()")
        op.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (id), ADD UNIQUE (legacy_id)")
    point_at(old="legacy_id", new="id", kind="uuid")
    bind()


def downgrade():
    free()
    point_at(old="id", new="legacy_id", kind="bigint")
    for table in KEYED:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, DROP CONSTRAINT {table}_legacy_id_key, DROP COLUMN id")
        op.execute(f"ALTER TABLE {table} RENAME COLUMN legacy_id TO id")
        op.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (id)")
    bind()


def free():
    # Nobody writes meanwhile: a lock that is not to be had within lock_timeout ends the migration before it has begun.
    op.execute(f"LOCK TABLE {', '.join(KEYED)}, journal_tags IN ACCESS EXCLUSIVE MODE")
    op.execute("DROP VIEW journal_overview")
    for table, column, *_ in REFERENCES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fkey")


def point_at(old, new, kind):
    """Gives every reference the other of its parent's two keys. Dropping a column takes its indexes along."""
    for table, column, parent, _, always in REFERENCES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN new_{column} {kind}")
        op.execute(f"UPDATE {table} child SET new_{column} = parent.{new} FROM {parent} parent WHERE parent.{old} = child.{column}")
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        op.execute(f"ALTER TABLE {table} RENAME COLUMN new_{column} TO {column}")
        if always:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")


def bind():
    for table, column, parent, deleted, _ in REFERENCES:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fkey FOREIGN KEY ({column}) REFERENCES {parent} (id) ON DELETE {deleted}"
        )
    for statement in AROUND:
        op.execute(statement)
    op.execute("ANALYZE " + ", ".join(KEYED) + ", journal_tags")
