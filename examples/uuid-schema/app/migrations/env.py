"""How alembic reaches the database: through libpq's own variables, in one transaction, waiting for no lock longer than 5 s."""

from alembic import context
from sqlalchemy import create_engine, pool

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    settings = {"application_name": "vibes-alembic", "options": "-c lock_timeout=5s -c search_path=public"}
    with create_engine("postgresql+psycopg://", connect_args=settings, poolclass=pool.NullPool).connect() as connection:
        # All of an upgrade or downgrade is committed at its end, or nothing of it.
        context.configure(connection=connection, transaction_per_migration=False)
        with context.begin_transaction():
            context.run_migrations()
