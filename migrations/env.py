"""Alembic's way into the house: the engine is handed in by `tracker.db.migrate`."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, inspect

import tracker.collector.models
import tracker.handoff.models
import tracker.milestones.models
import tracker.pipeline.models
import tracker.stages.models
import tracker.tasks.models
import tracker.touches.models
import tracker.workspaces.models  # noqa: F401
from tracker.db import make_engine, metadata

config = context.config


def run() -> None:
    """Run the migrations on the engine that was handed in, or on -x url=…."""
    engine = config.attributes.get("engine")
    if engine is None:
        engine = make_engine(context.get_x_argument(as_dictionary=True)["url"])
    # Asked on a connection of its own: in a transaction already begun, Alembic commits nothing.
    has_tables = bool(inspect(engine).get_table_names())
    with engine.execution_options(tracker_writes=True).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=has_tables and connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with unchecked(connection), context.begin_transaction():
            context.run_migrations()


@contextmanager
def unchecked(connection: Connection) -> Iterator[None]:
    """Leave foreign keys unchecked on SQLite: a table that is made anew is dropped on the way.

    Every row of it would be looked for in every table that points there.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


run()
