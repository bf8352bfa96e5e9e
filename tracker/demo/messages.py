"""Put what people do into the messages that a site would have sent."""

import json
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from tracker.collector.domain import Hit, MessageType, Traits
from tracker.demo.acts import Act
from tracker.demo.catalogue import SITE
from tracker.demo.story import Life

_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
)
_PHONES = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36",
)
# Some messages wait in a tunnel, or in a laptop that was shut.
_IS_LATE = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where the messages go."""

    workspace_id: int
    site_id: int


def hit_of(rng: Random, act: Act, life: Life, to: Address) -> Hit:
    """Return the message that tells what somebody did."""
    envelope = _envelope(rng, act, life, to)
    if act.piece is None:
        return _identify(envelope, life)
    named = envelope._replace(name=act.piece.event, asset=act.piece.asset, title=act.piece.title)
    if act.browser is None:
        # A server with a token told it: that is proof.
        return named._replace(type=MessageType.TRACK, email=life.who.email, is_verified=True)
    query, referrer = (act.way.query, act.way.referrer) if act.way else ("", SITE + "/")
    return named._replace(
        type=MessageType.TRACK if act.piece.event else MessageType.PAGE,
        url=SITE + act.piece.path + query,
        referrer=referrer,
    )


def _identify(envelope: Hit, life: Life) -> Hit:
    who = life.who
    traits = Traits(
        email=who.email,
        name=who.name,
        title=who.title,
        country=who.firm.country,
        company=who.firm.name,
        company_country=who.firm.country,
        industry=who.firm.sector,
        employees=who.firm.size,
        phone=who.phone if life.number % 3 == 0 else "",
    )
    said = {name: getattr(traits, name) for name in ("email", "name", "title", "country", "phone")}
    firm = {"name": traits.company, "country": traits.company_country}
    said["company"] = firm | {"industry": traits.industry, "employees": traits.employees}
    said = {name: value for name, value in said.items() if value}
    return envelope._replace(
        type=MessageType.IDENTIFY,
        email=who.email,
        traits=traits,
        properties=json.dumps(said, separators=(",", ":")),
    )


def _envelope(rng: Random, act: Act, life: Life, to: Address) -> Hit:
    late = timedelta()
    if act.browser is not None and rng.random() < _IS_LATE:
        late = timedelta(minutes=rng.expovariate(1 / 300))
    envelope = Hit(
        workspace_id=to.workspace_id,
        site_id=to.site_id,
        message_id=rng.randbytes(16),
        type=MessageType.PAGE,
        occurred_at=act.at,
        received_at=act.at + late,
    )
    if act.browser is None:
        return envelope
    own = Random(f"{life.seed}/{act.browser}")
    return envelope._replace(
        anonymous_id=own.randbytes(16).hex(),
        user_agent=own.choice(_PHONES if act.browser else (*_BROWSERS, *_PHONES)),
        network=bytes((203, 0, 113)),
    )
