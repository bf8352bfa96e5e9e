"""From a message in Segment's shape to a hit, or to the reason why it is none."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.collector import kept, keys, network, proof, times
from tracker.collector.consent import anonymous, consent_of
from tracker.collector.domain import (
    Delivery,
    DropReason,
    Hit,
    MessageType,
    Reject,
    Unreadable,
    Utm,
)
from tracker.collector.text import clean, compact, link, prune
from tracker.collector.traits import traits_of
from tracker.ids import new_message_id

LARGEST = 32 * 1024

_TYPES = {kind.name.lower(): kind for kind in MessageType}
_VIEWS = frozenset({MessageType.PAGE, MessageType.SCREEN})
_ABOUT = frozenset({MessageType.IDENTIFY, MessageType.GROUP})
_ASSETS = ("asset_id", "assetId", "asset", "webinar_id", "webinarId", "content_id", "contentId",
           "survey_id", "surveyId", "form_id", "formId", "file", "title", "name",
           "url")  # fmt: skip
_IDS = ("userId", "anonymousId", "previousId")
# A view's own columns, or derivable from its URL: not stored a second time.
_COLUMNS = frozenset({"url", "title", "referrer", "path", "search"})


def judge(message: Any, delivery: Delivery) -> Hit | Reject | None:
    """Return the hit of a message, or why it is none; None where consent is lacking."""
    try:
        raw = _mapping([] if message is None else message, "message")
        context = {**delivery.context, **_mapping(raw.get("context"), "context")}
        if not _consents(raw, context, delivery):
            return None
        hit = _read(raw, context, delivery)
    except Unreadable as error:
        return _reject(message, delivery, error)
    except RecursionError:
        deep = Unreadable(DropReason.MALFORMED, "message", "this is nested too deeply")
        return _reject(None, delivery, deep)
    if not delivery.is_private:
        return hit
    return anonymous(hit) if hit.type in _VIEWS or hit.type is MessageType.TRACK else None


def _consents(raw: Mapping[str, Any], context: Mapping[str, Any], delivery: Delivery) -> bool:
    said = (delivery.consent, consent_of(raw.get("consent")), consent_of(context.get("consent")))
    if False in said:
        return False
    return True in said or not delivery.needs_consent


def _read(raw: Mapping[str, Any], context: Mapping[str, Any], delivery: Delivery) -> Hit:
    kind = _type(raw, delivery)
    if len(raw) > 200 or len(json.dumps(raw, ensure_ascii=False)) > LARGEST:
        raise Unreadable(DropReason.TOO_LARGE, "message", "a message has at most 32 KiB")
    properties = _mapping(raw.get("properties"), "properties")
    about = _mapping(raw.get("traits"), "traits") if kind in _ABOUT else {}
    page = _mapping(context.get("page"), "context.page")
    told = _kept(raw, kind, properties, about)
    original, sent, occurred = _times(raw, delivery)
    hit = Hit(
        workspace_id=delivery.workspace_id,
        site_id=delivery.site_id,
        message_id=keys.message_id(raw.get("messageId")) or new_message_id(),
        type=kind,
        occurred_at=occurred,
        received_at=delivery.received_at,
        original_at=original,
        sent_at=sent,
        user_id=keys.key(raw.get("userId")),
        previous_id=keys.key(raw.get("previousId")),
        anonymous_id=_anonymous_id(raw, kind),
        email=_email(kind, about, context),
        name=_name(raw, kind),
        asset=_asset(properties) if kind is MessageType.TRACK else "",
        url=_url(kind, properties, page),
        title=clean(properties.get("title") or (kind in _VIEWS and page.get("title")), 300),
        referrer=_referrer(properties, page, context),
        utm=_utm(context),
        traits=traits_of(prune(told)) if kind in _ABOUT else None,
        properties=compact(told),
        user_agent=_user_agent(context, delivery),
        network=_network(context, delivery),
        illegal_ids=keys.illegal(raw, _IDS),
    )
    _check_identity(hit, raw, delivery)
    return _judged(hit, raw.get("signature", context.get("signature")), delivery)


def _judged(hit: Hit, signature: object, delivery: Delivery) -> Hit:
    is_verified = delivery.is_verified or proof.is_signed(hit, signature, delivery.secret)
    is_unproven = delivery.needs_proof and not is_verified
    return hit._replace(is_verified=is_verified, is_unproven=is_unproven)


def _type(raw: Mapping[str, Any], delivery: Delivery) -> MessageType:
    said = raw.get("type")
    if said is None and delivery.type is None and raw.get("event"):
        said = "track"
    kind = delivery.type
    if kind is None:
        kind = _TYPES.get(said.casefold()) if isinstance(said, str) else None
    if kind is None:
        known = ", ".join(_TYPES)
        raise Unreadable(DropReason.UNKNOWN_TYPE, "type", f"one of {known}")
    return kind


def _times(
    raw: Mapping[str, Any], delivery: Delivery
) -> tuple[datetime | None, datetime | None, datetime]:
    try:
        original = times.read(raw.get("timestamp"))
        if original is None:
            original = times.read(raw.get("originalTimestamp"))
        sent = _sent(delivery.sent_at or raw.get("sentAt"))
        return original, sent, times.corrected(original, sent, delivery.received_at)
    except ValueError as error:
        raise Unreadable(DropReason.BAD_TIME, "timestamp", str(error)) from None


def _sent(value: object) -> datetime | None:
    # A client that cannot say when it sent is taken at its word for the rest.
    try:
        return times.read(value)
    except ValueError:
        return None


def _anonymous_id(raw: Mapping[str, Any], kind: MessageType) -> str:
    # An alias is about the id that it names, not about the browser that happens to say so.
    if kind is MessageType.ALIAS and keys.key(raw.get("previousId")):
        return ""
    return keys.key(raw.get("anonymousId"))


def _email(kind: MessageType, about: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    own = about.get("email") if kind is MessageType.IDENTIFY else None
    return clean(own or _mapping(context.get("traits"), "context.traits").get("email"), 254)


def _name(raw: Mapping[str, Any], kind: MessageType) -> str:
    if kind is MessageType.TRACK:
        name = clean(raw.get("event"), 255)
        if not name:
            raise Unreadable(DropReason.MALFORMED, "event", "a track message names its event")
        return name
    return clean(raw.get("name"), 255) if kind in _VIEWS else ""


def _asset(properties: Mapping[str, Any]) -> str:
    return next((text for n in _ASSETS if (text := clean(properties.get(n), 300))), "")


def _url(kind: MessageType, properties: Mapping[str, Any], page: Mapping[str, Any]) -> str:
    own = link(properties.get("url")) or link(properties.get("path"))
    around = link(page.get("url")) or link(page.get("path"))
    return own or around if kind in _VIEWS else around or own


def _referrer(
    properties: Mapping[str, Any], page: Mapping[str, Any], context: Mapping[str, Any]
) -> str:
    around = context.get("referrer")
    if isinstance(around, Mapping):
        around = around.get("url")
    found = properties.get("referrer") or page.get("referrer") or around
    return link(found, schemes=("http", "https", "android-app"))


def _utm(context: Mapping[str, Any]) -> Utm:
    campaign = context.get("campaign")
    if not isinstance(campaign, Mapping):
        return Utm()
    return Utm(
        source=clean(campaign.get("source"), 255),
        medium=clean(campaign.get("medium"), 255),
        campaign=clean(campaign.get("name"), 255),
        term=clean(campaign.get("term"), 255),
        content=clean(campaign.get("content"), 255),
    )


def _kept(
    raw: Mapping[str, Any],
    kind: MessageType,
    properties: Mapping[str, Any],
    about: Mapping[str, Any],
) -> Mapping[str, Any]:
    if kind is MessageType.GROUP:
        return {**about, "groupId": raw.get("groupId")}
    if kind is MessageType.IDENTIFY:
        return about
    if kind in _VIEWS:
        return {name: value for name, value in properties.items() if name not in _COLUMNS}
    return properties


def _user_agent(context: Mapping[str, Any], delivery: Delivery) -> str | None:
    if delivery.user_agent is not None:
        return delivery.user_agent
    said = context.get("userAgent", context.get("user_agent"))
    return clean(said, 256) if isinstance(said, str) else None


def _network(context: Mapping[str, Any], delivery: Delivery) -> bytes:
    said = context.get("ip")
    if delivery.needs_identity and isinstance(said, str):
        return network.cut(said[:64])
    return delivery.network


def _check_identity(hit: Hit, raw: Mapping[str, Any], delivery: Delivery) -> None:
    if hit.type is MessageType.ALIAS and not (hit.user_id and hit.previous_id):
        why = "an alias names a userId and a previousId"
        raise Unreadable(DropReason.NO_IDENTITY, "previousId", why)
    is_named = hit.email or any(keys.is_given(raw.get(n)) for n in ("userId", "anonymousId"))
    if is_named or not (delivery.needs_identity or hit.type in _ABOUT):
        return
    raise Unreadable(DropReason.NO_IDENTITY, "userId", "give a userId or an anonymousId")


def _mapping(value: Any, field: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    raise Unreadable(DropReason.MALFORMED, field, "this is a JSON object")


def _reject(message: Any, delivery: Delivery, error: Unreadable) -> Reject:
    body, again = _put_aside(message, delivery)
    return Reject(
        workspace_id=delivery.workspace_id,
        site_id=delivery.site_id,
        received_at=delivery.received_at,
        reason=error.reason,
        field=error.field,
        why=error.why,
        body=body,
        again=again,
    )


def _put_aside(message: Any, delivery: Delivery) -> tuple[str, str]:
    # Where nobody has agreed to be known, not even a broken message is kept.
    if delivery.is_private or (delivery.needs_consent and not delivery.consent):
        return "", ""
    own = message.get("context") if isinstance(message, Mapping) else None
    context = own if isinstance(own, Mapping) else {}
    cut = _network({**delivery.context, **context}, delivery)
    return kept.of_message(message, delivery._replace(network=cut))
