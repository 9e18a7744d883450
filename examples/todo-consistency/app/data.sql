-- Forty people with tasks, tags, series and shares. The trial account's password is `a-trial-no-secret`.

INSERT INTO users (email, display_name, role, password_hash, created_at)
SELECT format('user%s@example.org', n), format('User %s', n),
       CASE WHEN n = 1 THEN 'admin' WHEN n <= 4 THEN 'staff' ELSE 'member' END,
       format('pbkdf2_sha256$1000$%s$%s', left(md5('salt' || n), 16), md5('a' || n) || md5('b' || n)),
       timestamptz '2026-01-01 08:00+00' + n * interval '3 days'
FROM generate_series(1, 40) AS n;

INSERT INTO users (email, display_name, password_hash, created_at)
VALUES ('trial@todoapp.example.org', 'Trial', 'pbkdf2_sha256$1000$00112233445566aa$a3c53c739aae23714dae82a2047ec198ca180698c2d50a540fd60c981cb0c921',
        '2026-01-01 08:00+00');

INSERT INTO sessions (token_hash, user_id, expires_at)
SELECT md5('session' || id) || md5('session' || id), id, now() + interval '30 days' FROM users WHERE id % 3 = 0;

INSERT INTO recurrences (user_id, title, every, next_on)
SELECT n, format('Water the plants, round %s', n), CASE WHEN n % 2 = 0 THEN interval '1 day' ELSE interval '1 week' END,
       timestamptz '2099-01-01 06:00+00'
FROM generate_series(2, 40, 4) AS n;

INSERT INTO tasks (user_id, recurrence_id, title, status, priority, due_on, created_at, updated_at)
SELECT 1 + n % 40, (SELECT r.id FROM recurrences r WHERE r.user_id = 1 + n % 40 AND n % 3 = 0), format('Task %s', n),
       (ARRAY['pending', 'in-progress', 'done'])[1 + n % 3], 1 + n % 3, date '2026-06-01' + n % 200,
       timestamptz '2026-02-01 09:00+00' + n * interval '1 hour', timestamptz '2026-03-01 09:00+00' + n * interval '1 hour'
FROM generate_series(1, 1200) AS n;

INSERT INTO tags (user_id, name)
SELECT n, name FROM generate_series(1, 40) AS n, unnest(ARRAY['home', 'work', 'errands']) AS name;

INSERT INTO task_tags (task_id, tag_id)
SELECT t.id, g.id FROM tasks t JOIN tags g USING (user_id) WHERE (t.id + g.id) % 4 = 0;

INSERT INTO shares (task_id, user_id, may)
SELECT id, 1 + id * 7 % 40, CASE WHEN id % 2 = 0 THEN 'read' ELSE 'write' END
FROM tasks WHERE id % 9 = 0 AND 1 + id * 7 % 40 <> user_id;
