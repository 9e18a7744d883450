-- What people do on release 2.0: tasks new, changed, cancelled and gone, an account more, a tag that collides with what going
-- back writes.

INSERT INTO users (email, display_name, password_hash)
SELECT 'newcomer@example.org', 'Newcomer', password_hash FROM users WHERE id = 5;

INSERT INTO tasks (user_id, title, status, priority)
SELECT (SELECT id FROM users WHERE email = 'newcomer@example.org'), format('New %s', n), 'todo', 'high' FROM generate_series(1, 12) AS n;

UPDATE tasks SET status = 'done', priority = 'low' WHERE id BETWEEN 100 AND 104;
UPDATE tasks SET status = 'cancelled' WHERE id BETWEEN 200 AND 205;
INSERT INTO tags (user_id, name) SELECT user_id, 'cancelled' FROM tasks WHERE id = 200;
DELETE FROM tasks WHERE id = 300;
INSERT INTO shares (task_id, user_id, may) SELECT 301, id, 'read' FROM users WHERE email = 'newcomer@example.org';
