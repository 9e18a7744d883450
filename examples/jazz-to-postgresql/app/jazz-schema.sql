-- Lunary's Jazz store before the migration: what its sync server keeps, one row a document.
-- Better Auth keeps its accounts here as well, through Jazz's database adapter.

CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    edited_at     TEXT NOT NULL
);

CREATE TABLE documents (
    id        TEXT PRIMARY KEY,
    owner     TEXT NOT NULL REFERENCES accounts,
    kind      TEXT NOT NULL CHECK (kind IN ('profile', 'birth-chart', 'personal-card', 'location', 'note')),
    body      TEXT NOT NULL CHECK (json_valid(body)),
    edited_at TEXT NOT NULL
);
CREATE UNIQUE INDEX one_of_a_kind ON documents (owner, kind) WHERE kind <> 'note';

-- Every row that the migration moves, in words that mean the same on both sides. PostgreSQL gets a view of this name.
CREATE VIEW profile_rows AS
    SELECT 'user' AS entity, id AS key, email || ' | ' || name || ' | ' || password_hash || ' | ' || created_at AS content,
           edited_at
    FROM accounts
    UNION ALL
    SELECT kind, CASE kind WHEN 'note' THEN id ELSE owner END,
           CASE kind
               WHEN 'profile' THEN (body ->> 'birthday') || ' | ' || (body ->> 'pronouns')
               WHEN 'birth-chart' THEN (body ->> 'sun') || ' | ' || (body ->> 'moon') || ' | ' || (body ->> 'rising')
               WHEN 'personal-card' THEN (body ->> 'card') || ' | ' || (body ->> 'reason')
               WHEN 'location' THEN (body ->> 'place') || ' | ' || printf('%.5f', body ->> 'lat') || ' | ' || printf('%.5f', body ->> 'lon')
               WHEN 'note' THEN owner || ' | ' || (body ->> 'words') || ' | ' || (body ->> 'gone')
           END,
           edited_at
    FROM documents;
