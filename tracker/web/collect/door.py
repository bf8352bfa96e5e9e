"""The door: a bare WSGI callable in front of the application that takes hits and passes the rest.

2xx means stored, classified and visible.  Everything else says why, and is counted.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tracker.clock import utcnow
from tracker.collector import consent as consents
from tracker.collector import messages, pixel
from tracker.collector import service as collector
from tracker.collector.domain import Delivery, DropReason, MessageType, Outcome, Refusal
from tracker.collector.intake import Intake
from tracker.db import Database
from tracker.errors import Unavailable
from tracker.web.collect import answers, asked, servers
from tracker.web.collect.answers import Answer
from tracker.web.collect.asked import Environ, Limits, Refused
from tracker.web.collect.rates import Rate, is_near
from tracker.web.collect.sites import Sites
from tracker.web.collect.tokens import Tokens
from tracker.workspaces.models import Site

Wsgi = Callable[[Any, Any], Iterable[bytes]]

log = logging.getLogger(__name__)
RETRY = answers.again(1)

_SINGLE = {kind.name.lower(): kind for kind in MessageType}
_SHORT = {name[0]: kind for name, kind in _SINGLE.items()}


class Door:
    """One per process, in front of `inside`."""

    def __init__(
        self, inside: Wsgi, *, database: Database, intake: Intake, limits: Limits, snippet: bytes
    ) -> None:
        self.intake = intake
        self._inside = inside
        self.database = database
        self._limits = limits
        self._sites = Sites(database)
        self._tokens = Tokens(database)
        self._per_client = Rate(limits.rate_client)
        self._per_key = Rate(limits.rate_key)
        self._snippet = servers.Snippet.of(snippet)
        self._routes: dict[str, Callable[[Environ], Answer]] = {
            "/p.gif": self._pixel,
            "/b": self._beacon,
            "/t.js": self._script,
            "/healthz": self._health,
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer what is ours and hand the rest on."""
        path: str = environ.get("PATH_INFO", "/")
        route = self._routes.get(path) or self._routes.get(path.rstrip("/"))
        if route is None:
            if not path.startswith("/v1/"):
                return self._inside(environ, start_response)
            route = self._server
        status, headers, body = self._answer(route, environ)
        start_response(answers.status_line(status), headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, route: Callable[[Environ], Answer], environ: Environ) -> Answer:
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return answers.preflight(environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", ""))
        is_pixel = route == self._pixel
        try:
            return route(environ)
        except Refused as refused:
            self._count(refused)
            if is_pixel:
                return answers.picture(refused.status, retry_after=refused.retry_after)
            return answers.refusal(refused)
        except Unavailable as error:
            if is_pixel:
                return answers.picture(503, retry_after=1)
            return answers.error(503, error.message, more=RETRY)

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

    def _pixel(self, environ: Environ) -> Answer:
        if environ["REQUEST_METHOD"] == "HEAD":
            return answers.picture()
        if environ["REQUEST_METHOD"] != "GET":
            return _wrong_method("GET, HEAD, OPTIONS")
        query = _query(environ)
        site = self._site(query.get("k", ""))
        delivery = self._delivery(environ, site, consent=consents.consent_of(query.get("c")))
        self._check_rate(delivery, number=1)
        if asked.is_prefetch(environ):
            raise _refused(site, DropReason.PREFETCH, "nobody has seen this yet")
        if delivery.consent is False or (site.consent_required and not delivery.consent):
            raise _refused(site, DropReason.NO_CONSENT, "the visitor has not consented")
        referer = asked.header(environ, "HTTP_REFERER", 2048)
        [outcome] = self.intake.put([pixel.read(query, delivery, referer=referer)])
        return answers.picture(400 if outcome is Outcome.QUARANTINED else 200)

    def _beacon(self, environ: Environ) -> Answer:
        if environ["REQUEST_METHOD"] != "POST":
            return _wrong_method("POST, OPTIONS")
        query = _query(environ)
        body = _object(asked.body_of(environ, self._limits.small))
        key = query.get("k") or asked.header_key(environ)
        consent = consents.consent_of(query.get("c"))
        return self._take(environ, body, key, is_browser=True, consent=consent)

    def _server(self, environ: Environ) -> Answer:
        route = environ["PATH_INFO"].removeprefix("/v1/").rstrip("/")
        if route.startswith("projects/") and route.endswith("/settings"):
            key = route.removeprefix("projects/").removesuffix("/settings")
            return servers.settings(environ, self._sites.find(key), self._limits.public_url)
        kind = _SINGLE.get(route, _SHORT.get(route))
        if kind is None and route not in ("batch", "b", "import"):
            return answers.error(404, "there is no such route")
        if environ["REQUEST_METHOD"] != "POST":
            return _wrong_method("POST, OPTIONS")
        body = _object(asked.body_of(environ, self._limits.large))
        if kind is None and not isinstance(body.get("batch"), list):
            raise Refused(400, DropReason.MALFORMED, "this is a list of messages", field="batch")
        key = asked.header_key(environ)
        return self._take(environ, body, key, is_browser=False, kind=kind)

    def _take(
        self,
        environ: Environ,
        body: Mapping[str, Any],
        key: str,
        *,
        is_browser: bool,
        kind: MessageType | None = None,
        consent: bool | None = None,
    ) -> Answer:
        is_batch = kind is None and "batch" in body
        batch = body["batch"] if is_batch else [body]
        if not isinstance(batch, list):
            raise Refused(400, DropReason.MALFORMED, "this is a list of messages", field="batch")
        site = self._site(key or _body_key(body, batch), number=max(1, len(batch)))
        if len(batch) > self._limits.messages:
            message = f"a batch has at most {self._limits.messages:,} messages"
            raise _refused(site, DropReason.TOO_LARGE, message, number=len(batch))
        delivery = self._delivery(
            environ,
            site,
            is_browser=is_browser,
            kind=kind,
            envelope=body if is_batch else {},
            consent=consent,
        )
        self._check_rate(delivery, number=max(1, len(batch)))
        if is_browser and asked.is_prefetch(environ):
            message = "nobody has seen this yet"
            raise _refused(site, DropReason.PREFETCH, message, number=len(batch))
        return self._store(batch, delivery, is_batch=is_batch)

    def _check_rate(self, delivery: Delivery, *, number: int) -> None:
        # The client first: who sends too much shall not use up what is everybody's.
        wait = 0 if is_near(delivery.network) else self._per_client.take(delivery.network, number)
        wait = wait or self._per_key.take(delivery.site_id, number)
        if wait:
            message = "more than one sender may send at once"
            refused = Refused(429, DropReason.RATE_LIMITED, message, number=number)
            refused.site = (delivery.workspace_id, delivery.site_id)
            refused.retry_after = wait
            raise refused

    def _store(self, batch: list[Any], delivery: Delivery, *, is_batch: bool) -> Answer:
        judged = [messages.judge(message, delivery) for message in batch]
        unheard = judged.count(None)
        if unheard:
            self.intake.refuse(
                Refusal(
                    workspace_id=delivery.workspace_id,
                    site_id=delivery.site_id,
                    reason=DropReason.NO_CONSENT,
                    number=unheard,
                )
            )
        outcomes = iter(self.intake.put([item for item in judged if item is not None]))
        return servers.report(
            [(item, None if item is None else next(outcomes)) for item in judged],
            is_batch=is_batch,
        )

    def _site(self, key: str, *, number: int = 1) -> Site:
        site = self._sites.find(key) if key else None
        if site is None:
            message = "this write key opens nothing" if key else "a write key is missing"
            raise Refused(401, DropReason.UNKNOWN_KEY, message, field="writeKey", number=number)
        return site

    def _delivery(
        self,
        environ: Environ,
        site: Site,
        *,
        is_browser: bool = True,
        kind: MessageType | None = None,
        envelope: Mapping[str, Any] | None = None,
        consent: bool | None = None,
    ) -> Delivery:
        context = (envelope or {}).get("context")
        return Delivery(
            workspace_id=site.workspace_id,
            site_id=site.id,
            received_at=utcnow(),
            sent_at=(envelope or {}).get("sentAt"),
            context=context if isinstance(context, Mapping) else {},
            type=kind,
            network=asked.network_of(environ, self._limits.trusted_proxies),
            user_agent=asked.header(environ, "HTTP_USER_AGENT", 256) if is_browser else None,
            needs_identity=not is_browser,
            # A server answers for its users' consent; only browsers send an Origin.
            needs_consent=site.consent_required and (is_browser or "HTTP_ORIGIN" in environ),
            consent=consent,
            secret=site.identity_secret,
            needs_proof=site.workspace.requires_proof,
            is_verified=not is_browser and self._tokens.prove(environ, site),
            is_private=asked.is_private(environ),
        )

    def _script(self, environ: Environ) -> Answer:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _wrong_method("GET, HEAD, OPTIONS")
        return self._snippet.answer(environ)

    def _health(self, environ: Environ) -> Answer:
        return answers.words({"status": "ok"})

    def _ready(self, environ: Environ) -> Answer:
        try:
            with self.database.reading() as session:
                session.execute(text("SELECT 1 FROM workspace LIMIT 1"))
        except SQLAlchemyError:
            return answers.error(503, "the store does not answer", more=RETRY)
        if not self.intake.is_alive:
            return answers.error(503, "nothing is taken in", more=RETRY)
        return answers.words({"status": "ready"})

    def _metrics(self, environ: Environ) -> Answer:
        if not is_near(asked.network_of(environ, self._limits.trusted_proxies)):
            return answers.error(404, "there is no such page")
        try:
            with self.database.reading() as session:
                totals = collector.totals(session)
        except SQLAlchemyError:
            return answers.error(503, "the store does not answer", more=RETRY)
        return servers.metrics(totals, self.intake.waiting)


def _query(environ: Environ) -> dict[str, str]:
    try:
        pairs = parse_qsl(environ.get("QUERY_STRING", ""), max_num_fields=100)
    except ValueError:
        raise Refused(400, DropReason.MALFORMED, "too many fields", field="query") from None
    return dict(pairs)


def _object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise Refused(400, DropReason.MALFORMED, "this is a JSON object", field="body")
    return body


def _body_key(body: Mapping[str, Any], batch: list[Any]) -> str:
    key = body.get("writeKey")
    if key is None and batch and isinstance(batch[0], Mapping):
        key = batch[0].get("writeKey")
    return key if isinstance(key, str) else ""


def _wrong_method(allowed: str) -> Answer:
    return answers.error(405, "this method is not for this address", more=[("Allow", allowed)])


def _refused(site: Site, reason: DropReason, message: str, *, number: int = 1) -> Refused:
    refused = Refused(answers.STATUS[reason], reason, message, number=number)
    refused.site = (site.workspace_id, site.id)
    return refused
