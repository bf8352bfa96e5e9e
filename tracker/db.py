"""The database: column types, engine, and the sessions that read and write."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import alembic.command
import alembic.config
import pysqlite3.dbapi2
from sqlalchemy import (
    BigInteger,
    Dialect,
    Engine,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    String,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

from tracker import driver, memory
from tracker.ids import new_code
from tracker.memory import REMEMBERS
from tracker.turn import Turn, make_private

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return a moment as whole microseconds since 1970 in UTC; a naive one raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be stored")
    return (moment - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the moment that is so many microseconds after 1970, in UTC."""
    return EPOCH + timedelta(microseconds=micros)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored as microseconds since 1970 (see docs/adr/0005).

    Both databases sort, subtract and compare it alike, and raw SQL binds a plain integer.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return the integer to store."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the stored moment."""
        return None if value is None else from_micros(value)


BigKey = BigInteger().with_variant(Integer, "sqlite")
Id = Annotated[int, mapped_column(primary_key=True)]
BigId = Annotated[int, mapped_column(BigKey, primary_key=True)]
Code = Annotated[str, mapped_column(String(22), default=new_code)]
WorkspaceId = Annotated[int, mapped_column(ForeignKey("workspace.id"))]


class Model(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime(),
        # By value and as text: a new member needs no ALTER TYPE.
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
    }


metadata = Model.metadata


class Database:
    """One engine and the two ways into it: reading never waits, writing waits its turn."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._writes = sessionmaker(
            engine.execution_options(tracker_writes=True), expire_on_commit=False
        )
        self._remembering = engine.execution_options(tracker_writes=True, **{REMEMBERS: True})
        self._intake: Session | None = None
        self._is_sqlite = engine.dialect.name == "sqlite"
        path = engine.url.database
        self._turn = Turn(Path(f"{path}.lock") if _is_file(engine) and path else None)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads; on SQLite it never waits for a writer."""
        with self._sessions() as session:
            yield session

    @contextmanager
    def writing(self, *, remembers: bool = False) -> Iterator[Session]:
        """Open a session that may write; on SQLite it waits for its turn first.

        The caller commits. Keep it short: on SQLite everybody else who writes is waiting.
        One that remembers only puts touches onto the journey.
        """
        if not self._is_sqlite:
            with self._writes() as session:
                yield session
            return
        with self._turn.waited_for(), self._kept() if remembers else self._writes() as session:
            yield session

    @contextmanager
    def writing_if_free(self) -> Iterator[Session | None]:
        """Open a session that may write, or give None where that would mean to wait."""
        if not self._is_sqlite:
            with self._writes() as session:
                yield session
            return
        with self._turn.if_free() as is_ours:
            if not is_ours:
                yield None
                return
            with self._writes() as session:
                yield session

    @contextmanager
    def _kept(self) -> Iterator[Session]:
        # Only whoever has the turn comes here.  A new session on another connection of the pool
        # would take as long as everything that one touch costs.
        if self._intake is None:
            self._intake = Session(self._remembering.connect(), expire_on_commit=False)
        kept = self._intake
        try:
            yield kept
            kept.close()
        except BaseException:
            # Whatever state it is in, the next one begins anew.
            self._intake = None
            kept.invalidate()
            raise


# What the driver binds as it is, or would search a way for at every value: 0.4 us where that
# takes 2.  It asks by exact type, and knows neither NULL, nor bytes, nor truth.
for _type, _plain in ((type(None), {}.get), (bytes, bytearray), (bool, int)):
    pysqlite3.dbapi2.register_adapter(_type, _plain)


def make_engine(url: str) -> Engine:
    """Return an engine for sqlite:///… or postgresql+psycopg://…, set up alike."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            module=pysqlite3.dbapi2,
            # A batch of another size is another statement.
            connect_args={"timeout": 5, "check_same_thread": False, "cached_statements": 1024},
            # The connection that was used last remembers most.
            pool_use_lifo=True,
        )
        memory.install(engine)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        path = engine.url.database
        if path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            make_private(path)
        return engine
    return create_engine(
        url,
        pool_size=8,
        max_overflow=24,
        pool_timeout=3,
        pool_pre_ping=True,
        connect_args={"options": "-c timezone=UTC -c synchronous_commit=on"},
    )


def migrate(engine: Engine) -> None:
    """Bring the schema up to the newest version; on a current one nothing happens."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    alembic.command.upgrade(config, "head")


def _is_file(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        "temp_store=MEMORY",
        "cache_size=-32768",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A writer asks for the write lock at once: upgrading a read later fails without waiting.
    writes = connection.get_execution_options().get("tracker_writes", False)
    driver.run(connection, "BEGIN IMMEDIATE" if writes else "BEGIN").close()
    memory.recall(connection)


class Tenanted:
    """A row that belongs to one workspace."""

    workspace_id: Mapped[WorkspaceId]
