"""The usual way: a Flask view that commits one ORM object per request.

The same server, durability, columns and indexes as ours, by WSGI; nothing is classified.
"""

import sys
from uuid import UUID

from flask import Flask, Response, request
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

from tracker.clock import utcnow
from tracker.db import BigId, UtcDateTime, make_engine
from tracker.web.collect.answers import GIF

# Nobody waits for a thread.
THREADS = 512


class Model(DeclarativeBase):
    """The base of the one table."""


class Touch(Model):
    """The columns and indexes of our table of touches."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("workspace_id", "site_id", "message_id"),
        Index("ix_visitor", "visitor_id", "occurred_at"),
        Index("ix_content", "content_id"),
    )

    id: Mapped[BigId]
    workspace_id: Mapped[int]
    site_id: Mapped[int]
    message_id: Mapped[bytes] = mapped_column(LargeBinary)
    type: Mapped[int] = mapped_column(SmallInteger)
    occurred_at = mapped_column(UtcDateTime())
    received_at = mapped_column(UtcDateTime())
    original_at = mapped_column(UtcDateTime())
    sent_at = mapped_column(UtcDateTime())
    visitor_id: Mapped[int | None] = mapped_column(BigInteger)
    anonymous_id: Mapped[int | None] = mapped_column(BigInteger)
    email_id: Mapped[int | None] = mapped_column(BigInteger)
    content_id: Mapped[int | None]
    source_id: Mapped[int | None]
    agent_id: Mapped[int | None]
    network: Mapped[bytes | None] = mapped_column(LargeBinary)
    flags: Mapped[int] = mapped_column(SmallInteger, default=0)
    import_batch_id: Mapped[int | None]
    properties: Mapped[str | None] = mapped_column(Text)


def make_app(url):
    app = Flask(__name__)
    engine = make_engine(url)
    Model.metadata.create_all(engine)
    sessions = sessionmaker(engine)

    @app.get("/p.gif")
    def pixel():
        now = utcnow()
        visitor = UUID(request.args["a"]).int & 0xFFFFFFFFFFFF
        touch = Touch(
            workspace_id=1, site_id=1, message_id=UUID(request.args["m"]).bytes, type=0,
            occurred_at=now, received_at=now, visitor_id=visitor, anonymous_id=visitor,
            content_id=int(request.args["u"].rpartition("/")[2]), source_id=1, agent_id=1,
            network=b"\x7f\x00\x00\x00",
        )  # fmt: skip
        with sessions() as session:
            session.add(touch)
            session.commit()
        return Response(GIF, mimetype="image/gif")

    return app


def main(url, port):
    server = Granian(
        "usual", address="127.0.0.1", port=int(port), interface=Interfaces.WSGI, workers=1,
        blocking_threads=THREADS, blocking_threads_idle_timeout=600, backlog=2048,
        backpressure=4 * THREADS, log_level=LogLevels.error,
    )  # fmt: skip
    server.serve(target_loader=lambda *_, **__: make_app(url))


if __name__ == "__main__":
    main(*sys.argv[1:])
