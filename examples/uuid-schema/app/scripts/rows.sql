-- Every row of every table, told by what people know of it and by no key: the same with integers and with uuids.
WITH told (entity, row) AS (
    SELECT 'users', ROW(email, name, password, created_at)::text FROM users
    UNION ALL
    SELECT 'journals', ROW(u.email, j.title, j.content, j.created_at)::text FROM journals j JOIN users u ON u.id = j.user_id
    UNION ALL
    SELECT 'tags', ROW(u.email, t.name)::text FROM tags t JOIN users u ON u.id = t.user_id
    UNION ALL
    SELECT 'journal_tags', ROW(u.email, j.title, j.created_at, t.name)::text
    FROM journal_tags x JOIN journals j ON j.id = x.journal_id JOIN tags t ON t.id = x.tag_id JOIN users u ON u.id = t.user_id
    UNION ALL
    SELECT 'secret_tags', ROW(u.email, s.sealed_name)::text FROM secret_tags s JOIN users u ON u.id = s.user_id
    UNION ALL
    SELECT 'reminders', ROW(u.email, j.title, j.created_at, r.due_at, r.sent_at, r.text)::text
    FROM reminders r JOIN users u ON u.id = r.user_id LEFT JOIN journals j ON j.id = r.journal_id
    UNION ALL
    SELECT 'user_sessions', ROW(u.email, s.token_digest, s.expires_at)::text FROM user_sessions s JOIN users u ON u.id = s.user_id
    UNION ALL
    SELECT 'audit_logs', ROW(u.email, a.at, a.action)::text FROM audit_logs a LEFT JOIN users u ON u.id = a.user_id
)
SELECT entity, count(*), md5(string_agg(row, ' ' ORDER BY row COLLATE "C")) FROM told GROUP BY entity ORDER BY entity;
