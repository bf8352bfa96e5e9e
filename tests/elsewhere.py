"""Somebody else's site, on an origin of its own, and a look into the house from outside."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sqlalchemy import select

from tests.browser import Live
from tracker.db import make_engine
from tracker.touches.models import TouchRow, Visitor


@contextmanager
def pages(files: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """Serve files (path: type and bytes) and return the origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            kind, body = files.get(self.path.partition("?")[0], ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        # Another host name, so that not even the site is the same.
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def html(text: str) -> tuple[str, bytes]:
    """Return a page for `pages`."""
    return "text/html; charset=utf-8", f"<!doctype html><title>Shop</title>{text}".encode()


def touches(live: Live) -> list[TouchRow]:
    """Return what a serving house has stored, in the order of storing."""
    engine = make_engine(live.environ["TRACKER_DATABASE_URL"])
    try:
        with engine.connect() as connection:
            query = select(TouchRow.__table__).order_by(TouchRow.id)
            return list(connection.execute(query))
    finally:
        engine.dispose()


def touches_of(live: Live, number: int, within: float = 20) -> list[TouchRow]:
    """Return what has been stored once it is so much; a browser sends when it likes."""
    deadline = time.monotonic() + within
    while len(found := touches(live)) < number:
        assert time.monotonic() < deadline, f"only {len(found)} of {number} touches arrived"
        time.sleep(0.05)
    return found


def visitors(live: Live) -> set[str]:
    """Return the keys that a serving house knows visitors by."""
    engine = make_engine(live.environ["TRACKER_DATABASE_URL"])
    try:
        with engine.connect() as connection:
            return set(connection.scalars(select(Visitor.key)))
    finally:
        engine.dispose()
