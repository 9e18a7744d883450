-- Stands for production's PostgreSQL; for rehearsals.

INSERT INTO plan VALUES ('free', 0), ('moon', 499), ('stars', 999);

INSERT INTO subscription (user_id, plan, status, renews_on) VALUES
    ('co_zAda', 'stars', 'active', '2027-03-01'),
    ('co_zBea', 'moon', 'active', '2027-02-17'),
    ('co_zCleo', 'moon', 'past_due', '2027-01-30'),
    ('co_zEve', 'free', 'trialing', NULL);

INSERT INTO payment (subscription_id, stripe_id, cents, paid_at)
    SELECT id, 'in_' || user_id || '_1', price_cents, timestamptz '2027-01-02 08:15Z'
    FROM subscription JOIN plan ON plan.code = subscription.plan WHERE price_cents > 0;
