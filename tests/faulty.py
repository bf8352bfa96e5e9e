"""A proxy in front of a serving house that fails as it is told to, as networks do."""

import gzip
import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Fault(StrEnum):
    """What happens to one message on its way."""

    BROKEN = "500"
    BUSY = "429"
    # The house has stored it, and the sender never hears of it.
    UNHEARD = "unheard"
    # It does not even get there.
    CUT = "cut"


class Proxy(ThreadingHTTPServer):
    """Hands everything on, except for the first few messages."""

    def __init__(self, behind: str, faults: Sequence[Fault]) -> None:
        super().__init__(("127.0.0.1", 0), Between)
        self.behind = urlsplit(behind)
        self._faults = list(faults)
        self._lock = threading.Lock()
        self.happened: list[Fault | None] = []
        # How many messages the house has answered 200 to.
        self.handed_on = 0

    @property
    def url(self) -> str:
        """Return the address that senders are given."""
        return f"http://127.0.0.1:{self.server_port}"

    def next_fault(self) -> Fault | None:
        """Return what happens to this message."""
        with self._lock:
            self.happened.append(self._faults.pop(0) if self._faults else None)
            return self.happened[-1]

    def note(self, body: bytes) -> None:
        """Count the messages of a body that was answered with success."""
        sent = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        with self._lock:
            self.handed_on += len(sent.get("batch", [sent]))


class Between(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def do_GET(self) -> None:
        """Hand on what asks for something."""
        self._hand_on()

    do_OPTIONS = do_GET

    def do_POST(self) -> None:
        """Hand a message on, or let it fail."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.next_fault()
        if fault in (Fault.BROKEN, Fault.BUSY):
            self._answer(int(fault), [("Retry-After", "1")] if fault is Fault.BUSY else [], b"{}")
        elif fault is Fault.CUT:
            self.close_connection = True
        elif fault is Fault.UNHEARD:
            self._ask(body)
            self.close_connection = True
        else:
            self._hand_on(body)

    def _hand_on(self, body: bytes = b"") -> None:
        status, headers, text = self._ask(body)
        self._answer(status, headers, text)

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        behind = self.server.behind
        connection = http.client.HTTPConnection(behind.hostname, behind.port, timeout=15)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            text = answer.read()
            if self.command == "POST" and answer.status == 200:
                self.server.note(body)
            return answer.status, answer.getheaders(), text
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        if not any(name.lower() == "access-control-allow-origin" for name, _ in headers):
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Expose-Headers", "Retry-After")
        for name, value in headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def faulty(behind: str, *faults: Fault) -> Iterator[Proxy]:
    """Stand in front of a house and fail the first messages, in this order."""
    proxy = Proxy(behind, faults)
    thread = threading.Thread(target=proxy.serve_forever, args=[0.05])
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
