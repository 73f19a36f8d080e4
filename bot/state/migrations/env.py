"""Run by Alembic, on the connection that ``bot.state.database`` hands over."""

from alembic import context
from sqlalchemy import text

from bot.state.tables import metadata

_ONE_AT_A_TIME = 8_400_001
"""Key of the advisory lock: two processes that start together migrate one after the other."""

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
