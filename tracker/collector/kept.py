"""What is kept of a message in quarantine: enough to show it, and to judge it a second time."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tracker.collector.domain import Delivery, Hit, MessageType, Traits, Utm

# What people are shown, and what a request may add to it.
MOST = 4 * 1024

_OF_DELIVERY = ("sent_at", "user_agent", "needs_identity", "needs_consent", "consent",
                "needs_proof", "is_verified")  # fmt: skip
_MOMENTS = ("occurred_at", "received_at", "original_at", "sent_at")
_BYTES = ("message_id", "network")


def of_message(message: Any, delivery: Delivery) -> tuple[str, str]:
    """Return a message as it came, and what its request said; '' for that if it was cut."""
    body = json.dumps(_without_address(message))
    request = {name: getattr(delivery, name) for name in _OF_DELIVERY}
    request["type"] = None if delivery.type is None else int(delivery.type)
    request["network"] = delivery.network.hex()
    request["context"] = _without("ip", delivery.context)
    again = json.dumps({"request": request})
    is_cut = max(len(body), len(again)) > MOST
    return body[:MOST], "" if is_cut else again


def of_hit(hit: Hit) -> tuple[str, str]:
    """Return a hit as people read it, and all of it, however odd it is."""
    facts = {name: value for name, value in _facts(hit).items() if value not in ("", None, b"")}
    body = json.dumps({**facts, "type": hit.type.name.lower()}, default=_plain)[:MOST]
    with suppress(TypeError, ValueError):
        return body, json.dumps({"hit": _facts(hit)}, default=_exactly)
    return body, ""


def read(
    again: str, *, workspace_id: int, site_id: int, received_at: datetime
) -> Hit | Delivery | None:
    """Return the hit, or the request a message came with; None where too little was kept."""
    facts = json.loads(again) if again else {}
    if "hit" in facts:
        return _hit(facts["hit"])
    if "request" not in facts:
        return None
    request = facts["request"]
    kind = request.pop("type")
    return Delivery(
        workspace_id=workspace_id,
        site_id=site_id,
        received_at=received_at,
        type=None if kind is None else MessageType(kind),
        network=bytes.fromhex(request.pop("network")),
        **request,
    )


def _facts(hit: Hit) -> dict[str, Any]:
    traits = asdict(hit.traits) if hit.traits else None
    return hit._asdict() | {"utm": hit.utm._asdict(), "traits": traits}


def _hit(facts: dict[str, Any]) -> Hit:
    for name in _MOMENTS:
        facts[name] = datetime.fromisoformat(facts[name]) if facts[name] else None
    for name in _BYTES:
        facts[name] = bytes.fromhex(facts[name])
    facts["illegal_ids"] = tuple(facts.get("illegal_ids", ()))
    facts["type"] = MessageType(facts["type"])
    facts["utm"] = Utm(**facts["utm"])
    facts["traits"] = Traits(**facts["traits"]) if facts["traits"] else None
    return Hit(**facts)


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _exactly(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} cannot be kept")


def _without_address(message: Any) -> Any:
    if not isinstance(message, Mapping) or not isinstance(message.get("context"), Mapping):
        return message
    return {**message, "context": _without("ip", message["context"])}


def _without(name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key != name}
