-- Some years of Vibes, invented: every number follows from its neighbours, and nothing depends on the clock.

INSERT INTO users (email, name, password, created_at)
    SELECT 'user' || n || '@example.org', 'User ' || n, 'pbkdf2$1000$salt' || n || '$' || md5(n::text),
           '2024-02-01 08:00Z'::timestamptz + n * interval '31 hours'
    FROM generate_series(1, 430) n;
-- The account that tries the application out; its password is `a-trial-no-secret`.
INSERT INTO users (email, name, password, created_at)
    VALUES ('trial@vibes.example.org', 'Trial', 'pbkdf2$1000$salt-of-trial$56668e7a1d883de180ca25bc85915304104490a6a09e3c8f29ccba2b1f866ec9', '2024-02-01 07:00Z');

INSERT INTO journals (user_id, title, content, created_at)
    SELECT n % 430 + 1, 'Day ' || n, 'What happened on day ' || n || repeat(' and on', n % 7) || E'\nIt''s "over", tab:\t.',
           '2024-06-20 20:00Z'::timestamptz + n * interval '4 hours'
    FROM generate_series(1, 3200) n;

INSERT INTO tags (user_id, name)
    SELECT u, name FROM generate_series(1, 430) u, unnest(ARRAY['work', 'family', 'travel', 'œuvre']) WITH ORDINALITY AS t (name, place)
    WHERE (u + place) % 3 <> 0;

INSERT INTO journal_tags (journal_id, tag_id)
    SELECT j.id, t.id FROM journals j JOIN tags t ON t.user_id = j.user_id WHERE (j.id + t.id) % 2 = 0;

INSERT INTO secret_tags (user_id, sealed_name)
    SELECT n * 2, decode(md5('secret ' || n), 'hex') FROM generate_series(1, 200) n;

-- Some belong to no journal. None is due while anybody tries this out: the sender leaves them alone.
INSERT INTO reminders (user_id, journal_id, due_at, sent_at, text)
    SELECT n % 430 + 1, CASE WHEN n % 4 > 0 THEN j.id END, '2025-02-01 07:00Z'::timestamptz + n * interval '9 hours',
           '2025-02-01 07:00:05Z'::timestamptz + n * interval '9 hours', 'Write about day ' || n
    FROM generate_series(1, 600) n
        LEFT JOIN LATERAL (SELECT id FROM journals WHERE user_id = n % 430 + 1 ORDER BY id LIMIT 1 OFFSET n % 5) j ON true;
INSERT INTO reminders (user_id, due_at, text)
    SELECT n, '2199-01-01 07:00Z', 'Read what you wrote long ago' FROM generate_series(1, 100) n;

INSERT INTO user_sessions (user_id, token_digest, expires_at)
    SELECT n % 430 + 1, encode(sha256(('session ' || n)::bytea), 'hex'), '2027-01-01 00:00Z'::timestamptz + n * interval '1 hour'
    FROM generate_series(1, 700) n;

INSERT INTO audit_logs (user_id, at, action)
    SELECT CASE WHEN n % 9 > 0 THEN n % 430 + 1 END, '2025-03-01 00:00Z'::timestamptz + n * interval '2 hours',
           CASE n % 3 WHEN 0 THEN 'login' WHEN 1 THEN 'journal created' ELSE 'export' END
    FROM generate_series(1, 2600) n;

-- Holes, as years leave them: whole users and single journals are gone, and so are their numbers.
DELETE FROM users WHERE id % 29 = 0;
DELETE FROM journals WHERE id % 17 = 0;
ANALYZE;
