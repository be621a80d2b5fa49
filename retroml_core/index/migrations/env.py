"""Run by alembic with the connection of the index."""

from __future__ import annotations

from alembic import context

from retroml_core.index.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
