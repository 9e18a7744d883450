-- What people do while the new version is in use. Says nothing of what kind of key a table has, so it fits both.
SET ROLE vibes_app;

INSERT INTO users (email, name, password) VALUES ('newcomer@example.org', 'Newcomer', 'pbkdf2$1000$salt$none');
INSERT INTO tags (user_id, name) SELECT id, 'first' FROM users WHERE email = 'newcomer@example.org';
INSERT INTO journals (user_id, title, content)
    SELECT id, 'First day, ' || n, 'Written with a uuid' FROM users, generate_series(1, 25) n WHERE email = 'newcomer@example.org';
INSERT INTO journal_tags (journal_id, tag_id)
    SELECT j.id, t.id FROM users u JOIN journals j ON j.user_id = u.id JOIN tags t ON t.user_id = u.id WHERE u.email = 'newcomer@example.org';
INSERT INTO reminders (user_id, journal_id, due_at, text)
    SELECT u.id, j.id, '2199-06-01 07:00Z', 'And now?' FROM users u JOIN journals j ON j.user_id = u.id WHERE j.title = 'First day, 1';
INSERT INTO secret_tags (user_id, sealed_name) SELECT id, '\x00ff' FROM users WHERE email = 'newcomer@example.org';
INSERT INTO user_sessions (user_id, token_digest, expires_at)
    SELECT id, 'newcomer', '2199-01-01 00:00Z' FROM users WHERE email = 'newcomer@example.org';
INSERT INTO audit_logs (user_id, action) SELECT id, 'signed up' FROM users WHERE email = 'newcomer@example.org';

-- Old rows change and go, and point at new ones.
UPDATE journals SET title = 'Day 42, again' WHERE title = 'Day 42';
DELETE FROM journals WHERE title = 'Day 77';
DELETE FROM users WHERE email = 'user7@example.org';
INSERT INTO journals (user_id, title, content) SELECT id, 'One more', 'By somebody who was here before' FROM users WHERE email = 'user8@example.org';
