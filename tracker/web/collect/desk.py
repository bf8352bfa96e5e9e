"""The desk behind the door: whose a message is, whether it may come in, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tracker.clock import utcnow
from tracker.collector import messages, pixel
from tracker.collector.consent import consent_of
from tracker.collector.domain import (
    Delivery,
    DropReason,
    Hit,
    MessageType,
    Outcome,
    Refusal,
    Reject,
)
from tracker.collector.intake import Intake
from tracker.db import Database
from tracker.web.collect import answers, servers
from tracker.web.collect.answers import Answer
from tracker.web.collect.asked import Asked, Limits, Refused
from tracker.web.collect.bodies import Bodies, Receive, is_zipped, read_json
from tracker.web.collect.hands import Hands
from tracker.web.collect.rates import Rate, is_near
from tracker.web.collect.sites import KnownSite, Sites
from tracker.web.collect.tokens import Tokens

# What has more bytes is read aside, and what has more messages is judged and reported there: in
# the loop it would hold up many a pixel.
LONG = 16 * 1024
MANY = 20
# So much of that may wait.
QUEUE = 128

_SINGLE = {kind.name.lower(): kind for kind in MessageType}
_SHORT = {name[0]: kind for name, kind in _SINGLE.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What the body of a request says, and by which way it came."""

    body: Mapping[str, Any]
    is_long: bool
    is_browser: bool
    # What the route says that a message is.
    kind: MessageType | None = None
    consent: bool | None = None

    @property
    def is_batch(self) -> bool:
        """Return whether it is an envelope around messages."""
        return self.kind is None and "batch" in self.body


class Desk:
    """Takes what browsers and servers bring; one per process, in its event loop."""

    def __init__(
        self, *, database: Database, intake: Intake, bodies: Bodies, hands: Hands, limits: Limits
    ) -> None:
        self._intake = intake
        self._bodies = bodies
        # What is long, one by one: several would only take the interpreter from each other.
        self._reader = Hands(1)
        self._limits = limits
        self._sites = Sites(database, hands)
        self._tokens = Tokens(database)
        self._per_client = Rate(limits.rate_client)
        self._per_key = Rate(limits.rate_key)

    async def pixel(self, asked: Asked, _receive: Receive) -> Answer:
        """Take the one touch that an address says."""
        if asked.method == "HEAD":
            return answers.picture()
        if asked.method != "GET":
            return answers.wrong_method("GET, HEAD, OPTIONS")
        query = asked.query()
        site = await self._site(query.get("k", ""))
        delivery = self._delivery(asked, site, consent=consent_of(query.get("c")))
        self._check_rate(delivery, number=1)
        if asked.is_prefetch:
            raise _refused(site.place, DropReason.PREFETCH, "nobody has seen this yet")
        if delivery.consent is False or (site.consent_required and not delivery.consent):
            raise _refused(site.place, DropReason.NO_CONSENT, "the visitor has not consented")
        referer = asked.text(b"referer", 2048)
        [outcome] = await self._intake.put([pixel.read(query, delivery, referer=referer)])
        return answers.picture(400 if outcome is Outcome.QUARANTINED else 200)

    async def beacon(self, asked: Asked, receive: Receive) -> Answer:
        """Take what a page sends."""
        if asked.method != "POST":
            return answers.wrong_method("POST, OPTIONS")
        query = asked.query()
        key = query.get("k") or asked.basic[0]
        # Whom nobody knows is not listened to; the key may be a former one when all has come.
        site = await self._site(key) if key else None
        limit = self._limits.small
        async with self._bodies.read(asked, receive, limit) as raw:
            body, is_long = await self._read(asked, raw, limit, site)
            consent = consent_of(query.get("c"))
            said = Said(body=body, is_long=is_long, is_browser=True, consent=consent)
            return await self._take(asked, said, key)

    async def server(self, asked: Asked, receive: Receive) -> Answer:
        """Take what a server or a client library sends."""
        route = asked.path.removeprefix("/v1/").rstrip("/")
        if route.startswith("projects/") and route.endswith("/settings"):
            key = route.removeprefix("projects/").removesuffix("/settings")
            return servers.settings(asked, await self._sites.find(key), self._limits.public_url)
        kind = _SINGLE.get(route, _SHORT.get(route))
        if kind is None and route not in ("batch", "b", "import"):
            return answers.error(404, "there is no such route")
        if asked.method != "POST":
            return answers.wrong_method("POST, OPTIONS")
        key = asked.basic[0]
        site = await self._site(key) if key else None
        limit = self._limits.large
        async with self._bodies.read(asked, receive, limit) as raw:
            body, is_long = await self._read(asked, raw, limit, site)
            if kind is None and not isinstance(body.get("batch"), list):
                message = "this is a list of messages"
                raise Refused(400, DropReason.MALFORMED, message, field="batch")
            said = Said(body=body, is_long=is_long, is_browser=False, kind=kind)
            return await self._take(asked, said, key)

    async def _read(
        self, asked: Asked, raw: bytes, limit: int, site: KnownSite | None
    ) -> tuple[Mapping[str, Any], bool]:
        encoding = asked.word(b"content-encoding")
        is_long = len(raw) > LONG or is_zipped(raw)
        if is_long:
            self._check_queue(site.place if site else (0, 0))
            body = await self._reader.do(read_json, raw, encoding, limit)
        else:
            body = read_json(raw, encoding, limit)
        if not isinstance(body, Mapping):
            raise Refused(400, DropReason.MALFORMED, "this is a JSON object", field="body")
        batch = body.get("batch")
        return body, is_long or (isinstance(batch, list) and len(batch) > MANY)

    async def _take(self, asked: Asked, said: Said, key: str) -> Answer:
        batch = said.body["batch"] if said.is_batch else [said.body]
        if not isinstance(batch, list):
            raise Refused(400, DropReason.MALFORMED, "this is a list of messages", field="batch")
        number = max(1, len(batch))
        site = await self._site(key or _body_key(said.body, batch), number=number)
        if len(batch) > self._limits.messages:
            message = f"a batch has at most {self._limits.messages:,} messages"
            raise _refused(site.place, DropReason.TOO_LARGE, message, number=number)
        is_verified = not said.is_browser and await self._tokens.prove(asked, site)
        delivery = self._delivery(asked, site, said, is_verified=is_verified)
        self._check_rate(delivery, number=number)
        if said.is_browser and asked.is_prefetch:
            raise _refused(
                site.place, DropReason.PREFETCH, "nobody has seen this yet", number=len(batch)
            )
        return await self._store(batch, delivery, said)

    async def _store(self, batch: list[Any], delivery: Delivery, said: Said) -> Answer:
        if said.is_long:
            self._check_queue((delivery.workspace_id, delivery.site_id), number=len(batch))
            judged = await self._reader.do(_judge, batch, delivery)
        else:
            judged = _judge(batch, delivery)
        unheard = judged.count(None)
        if unheard:
            self._intake.refuse(
                Refusal(
                    workspace_id=delivery.workspace_id,
                    site_id=delivery.site_id,
                    reason=DropReason.NO_CONSENT,
                    number=unheard,
                )
            )
        outcomes = iter(await self._intake.put([item for item in judged if item is not None]))
        pairs = [(item, None if item is None else next(outcomes)) for item in judged]
        report = partial(servers.report, pairs, is_batch=said.is_batch)
        # It is stored: now nobody is sent away.
        return await self._reader.do(report) if len(batch) > MANY else report()

    def _check_queue(self, place: tuple[int, int], *, number: int = 1) -> None:
        if self._reader.busy >= QUEUE:
            message = "more arrives than can be read"
            raise _refused(place, DropReason.OVERLOADED, message, number=number, wait=1)

    def _check_rate(self, delivery: Delivery, *, number: int) -> None:
        # The client first: who sends too much shall not use up what is everybody's.
        wait = 0 if is_near(delivery.network) else self._per_client.take(delivery.network, number)
        wait = wait or self._per_key.take(delivery.site_id, number)
        if wait:
            message = "more than one sender may send at once"
            place = (delivery.workspace_id, delivery.site_id)
            raise _refused(place, DropReason.RATE_LIMITED, message, number=number, wait=wait)

    async def _site(self, key: str, *, number: int = 1) -> KnownSite:
        site = await self._sites.find(key) if key else None
        if site is None:
            message = "this write key opens nothing" if key else "a write key is missing"
            raise Refused(401, DropReason.UNKNOWN_KEY, message, field="writeKey", number=number)
        return site

    def _delivery(
        self,
        asked: Asked,
        site: KnownSite,
        said: Said | None = None,
        *,
        consent: bool | None = None,
        is_verified: bool = False,
    ) -> Delivery:
        envelope = said.body if said and said.is_batch else {}
        context = envelope.get("context")
        is_browser = said is None or said.is_browser
        return Delivery(
            workspace_id=site.workspace_id,
            site_id=site.id,
            received_at=utcnow(),
            sent_at=envelope.get("sentAt"),
            context=context if isinstance(context, Mapping) else {},
            type=said.kind if said else None,
            network=asked.network(self._limits.trusted_proxies),
            user_agent=asked.text(b"user-agent", 256) if is_browser else None,
            needs_identity=not is_browser,
            # A server answers for its users' consent; only browsers send an Origin.
            needs_consent=site.consent_required and (is_browser or b"origin" in asked.headers),
            consent=said.consent if said else consent,
            secret=site.identity_secret,
            needs_proof=site.requires_proof,
            is_verified=is_verified,
            is_private=asked.is_private,
        )


def _judge(batch: list[Any], delivery: Delivery) -> list[Hit | Reject | None]:
    return [messages.judge(message, delivery) for message in batch]


def _body_key(body: Mapping[str, Any], batch: list[Any]) -> str:
    key = body.get("writeKey")
    if key is None and batch and isinstance(batch[0], Mapping):
        key = batch[0].get("writeKey")
    return key if isinstance(key, str) else ""


def _refused(
    place: tuple[int, int],
    reason: DropReason,
    message: str,
    *,
    number: int = 1,
    wait: int | None = None,
) -> Refused:
    refused = Refused(answers.STATUS[reason], reason, message, number=number)
    refused.site, refused.retry_after = place, wait
    return refused
