"""From the query of a pixel to a hit."""

from collections.abc import Mapping

from tracker.collector import keys
from tracker.collector.consent import anonymous
from tracker.collector.domain import Delivery, Hit, MessageType
from tracker.collector.text import clean, link
from tracker.ids import new_message_id


def read(query: Mapping[str, str], delivery: Delivery, *, referer: str = "") -> Hit:
    """Return the hit of a pixel; whatever is unusable in it is left out.

    u: URL (else the Referer) · n: event name (else a page view) · t: title · a: anonymous id
    · m: message id · r: referrer.
    """
    name = clean(query.get("n"), 255)
    hit = Hit(
        workspace_id=delivery.workspace_id,
        site_id=delivery.site_id,
        message_id=keys.message_id(query.get("m")) or new_message_id(),
        type=MessageType.TRACK if name else MessageType.PAGE,
        occurred_at=delivery.received_at,
        received_at=delivery.received_at,
        anonymous_id=keys.key(query.get("a")),
        name=name,
        url=link(query["u"] if query.get("u") else referer),
        title=clean(query.get("t"), 300),
        referrer=link(query.get("r"), schemes=("http", "https", "android-app")),
        user_agent=delivery.user_agent,
        network=delivery.network,
    )
    return anonymous(hit) if delivery.is_private else hit
