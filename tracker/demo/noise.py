"""What is no person's: crawlers that no rule may ever count, and messages nobody can read."""

import json
from datetime import datetime, timedelta
from random import Random

from tracker.collector import kept
from tracker.collector.domain import Delivery, DropReason, Hit, MessageType, Reject
from tracker.demo.catalogue import ARTICLES, PAGES, SITE
from tracker.demo.messages import Address

AGENTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0",
)
_UNREADABLE = (
    (DropReason.MALFORMED, "type", "missing", '{"anonymousId":"7b1f","event":"Signup"}'),
    (DropReason.BAD_TIME, "timestamp", "this is no moment", '{"type":"page","timestamp":"soon"}'),
    (DropReason.NO_IDENTITY, "anonymousId", "missing", '{"type":"identify","traits":{}}'),
)


def robot_hits(
    rng: Random, to: Address, *, since: datetime, now: datetime, number: int
) -> list[Hit]:
    """Return page views of robots, evenly over the period: they neither sleep nor rest."""
    hits = []
    for _ in range(number):
        at = _any_moment(rng, since, now)
        piece = rng.choice((*ARTICLES, *PAGES))
        hits.append(
            Hit(
                workspace_id=to.workspace_id,
                site_id=to.site_id,
                message_id=rng.randbytes(16),
                type=MessageType.PAGE,
                occurred_at=at,
                received_at=at,
                url=SITE + piece.path,
                title=piece.title,
                user_agent=rng.choice(AGENTS),
                network=bytes((198, 51, 100)),
            )
        )
    return hits


def unreadable(
    rng: Random, to: Address, *, since: datetime, now: datetime, number: int
) -> list[Reject]:
    """Return messages that were put aside, in order."""
    rejects = []
    for moment in sorted(_any_moment(rng, since, now) for _ in range(number)):
        reason, field, why, text = rng.choice(_UNREADABLE)
        delivery = Delivery(
            workspace_id=to.workspace_id, site_id=to.site_id, received_at=moment, context={}
        )
        body, again = kept.of_message(json.loads(text), delivery)
        rejects.append(
            Reject(
                workspace_id=to.workspace_id,
                site_id=to.site_id,
                received_at=moment,
                reason=reason,
                field=field,
                why=why,
                body=body,
                again=again,
            )
        )
    return rejects


def _any_moment(rng: Random, since: datetime, now: datetime) -> datetime:
    return since + timedelta(seconds=rng.uniform(0, (now - since).total_seconds()))
