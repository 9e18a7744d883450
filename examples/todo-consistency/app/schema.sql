-- The todo app's database as release 1.8.3 knows it.

CREATE TABLE users (
    id            serial PRIMARY KEY,
    email         text NOT NULL UNIQUE,
    display_name  text NOT NULL,
    role          text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'staff', 'admin')),
    password_hash text NOT NULL CHECK (password_hash ~ '^pbkdf2_sha256\$[0-9]+\$[0-9a-f]{16}\$[0-9a-f]{64}$'),
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sessions (
    token_hash text PRIMARY KEY,
    user_id    integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);

CREATE TABLE recurrences (
    id      serial PRIMARY KEY,
    user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title   text NOT NULL,
    every   interval NOT NULL CHECK (every > interval '0'),
    next_on timestamptz NOT NULL
);

CREATE TABLE tasks (
    id            serial PRIMARY KEY,
    user_id       integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    recurrence_id integer REFERENCES recurrences (id) ON DELETE SET NULL,
    title         text NOT NULL,
    status        text NOT NULL DEFAULT 'pending' CONSTRAINT tasks_status CHECK (status IN ('pending', 'in-progress', 'done')),
    priority      smallint NOT NULL DEFAULT 2 CONSTRAINT tasks_priority CHECK (priority BETWEEN 1 AND 3),
    due_on        date,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX tasks_of_user ON tasks (user_id, status);
CREATE INDEX tasks_of_recurrence ON tasks (recurrence_id);

CREATE TABLE tags (
    id      serial PRIMARY KEY,
    user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name    text NOT NULL,
    UNIQUE (user_id, name)
);

CREATE TABLE task_tags (
    task_id integer NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    tag_id  integer NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, tag_id)
);

-- Who may read or write a task of somebody else.
CREATE TABLE shares (
    task_id integer NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    may     text NOT NULL CHECK (may IN ('read', 'write')),
    PRIMARY KEY (task_id, user_id)
);

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER tasks_touch BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch();

GRANT SELECT, INSERT, UPDATE, DELETE ON users, sessions, recurrences, tasks, tags, task_tags, shares TO todo_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO todo_app;
