"""The door: an ASGI application in front of the pages that takes hits and passes the rest on.

2xx means stored, classified and visible.  Everything else says why, and is counted.  It lives
in one event loop, where nobody may wait for a database or for a slow client.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import text

from tracker.collector import service as collector
from tracker.collector.domain import Outcome, Refusal
from tracker.collector.intake import Intake
from tracker.db import Database
from tracker.errors import Unavailable
from tracker.web.collect import answers, servers
from tracker.web.collect.answers import Answer
from tracker.web.collect.asked import Asked, Limits, Refused
from tracker.web.collect.bodies import Bodies, Receive
from tracker.web.collect.desk import Desk
from tracker.web.collect.hands import Hands, Shared
from tracker.web.collect.pages import Pages
from tracker.web.collect.rates import is_near

Send = Callable[[dict[str, Any]], Awaitable[None]]
Route = Callable[[Asked, Receive], Awaitable[Answer]]


class Door:
    """One per process, in front of the pages."""

    def __init__(
        self,
        pages: Pages,
        bodies: Bodies,
        *,
        database: Database,
        intake: Intake,
        limits: Limits,
        snippet: bytes,
    ) -> None:
        self.intake = intake
        self.database = database
        self._pages = pages
        self._limits = limits
        self._hands = Hands()
        self._store_answers = Shared(lambda: self._hands.look(self._look))
        self._counted = Shared(lambda: self._hands.look(self._totals))
        self.desk = Desk(
            database=database,
            intake=intake,
            bodies=bodies,
            hands=self._hands,
            limits=limits,
        )
        self._snippet = servers.Snippet.of(snippet)
        self._routes: dict[str, Route] = {
            "/p.gif": self.desk.pixel,
            "/b": self.desk.beacon,
            "/t.js": self._script,
            "/healthz": self._health,
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer what is ours and hand the rest on."""
        route = self._route(scope)
        if route is None:
            await self._pages(scope, receive, send)
            return
        asked = Asked(scope)
        status, headers, body = await self._answer(route, asked, receive)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        shown = b"" if asked.method == "HEAD" else body
        await send({"type": "http.response.body", "body": shown})

    def _route(self, scope: Mapping[str, Any]) -> Route | None:
        if scope["type"] != "http":
            return None
        path: str = scope["path"]
        route = self._routes.get(path) or self._routes.get(path.rstrip("/"))
        return self.desk.server if route is None and path.startswith("/v1/") else route

    async def _answer(self, route: Route, asked: Asked, receive: Receive) -> Answer:
        if asked.method == "OPTIONS":
            return answers.preflight(asked.word(b"access-control-request-headers"))
        is_pixel = route == self.desk.pixel
        try:
            return await route(asked, receive)
        except Refused as refused:
            self._count(refused)
            if is_pixel:
                return answers.picture(refused.status, retry_after=refused.retry_after)
            return answers.refusal(refused)
        except Unavailable as error:
            if is_pixel:
                return answers.picture(503, retry_after=1)
            return answers.unavailable(error.message)

    def _count(self, refused: Refused) -> None:
        workspace_id, site_id = refused.site
        self.intake.refuse(
            Refusal(
                workspace_id=workspace_id,
                site_id=site_id,
                reason=refused.reason,
                number=refused.number,
            )
        )

    async def _script(self, asked: Asked, _receive: Receive) -> Answer:
        if asked.method not in ("GET", "HEAD"):
            return answers.wrong_method("GET, HEAD, OPTIONS")
        return self._snippet.answer(asked)

    async def _health(self, _asked: Asked, _receive: Receive) -> Answer:
        return answers.words({"status": "ok"})

    async def _ready(self, _asked: Asked, _receive: Receive) -> Answer:
        await self._store_answers()
        if not self.intake.is_alive:
            return answers.unavailable("nothing is taken in")
        return answers.words({"status": "ready"})

    def _look(self) -> None:
        with self.database.reading() as session:
            session.execute(text("SELECT 1 FROM workspace LIMIT 1"))

    async def _metrics(self, asked: Asked, _receive: Receive) -> Answer:
        if not is_near(asked.network(self._limits.trusted_proxies)):
            return answers.error(404, "there is no such page")
        return servers.metrics(await self._counted(), self.intake.waiting)

    def _totals(self) -> Mapping[tuple[Outcome, str], int]:
        with self.database.reading() as session:
            return collector.totals(session)
