"""The entries of a journey in words."""

from datetime import date, timedelta

from flask_babel import gettext as _

from tracker.db import EPOCH
from tracker.handoff.domain import HandoffStatus
from tracker.identity.aliases import REASON as ALIAS
from tracker.identity.domain import Level
from tracker.identity.models import Lead, Merge
from tracker.pipeline.domain import DealStatus
from tracker.reports.company_line import PersonMove
from tracker.reports.timeline import Change, DealEvent, Identified, Joining, Offer
from tracker.stages.domain import Cause
from tracker.stages.scoring import Line
from tracker.web import receipts


def name_of(lead: Lead, known_as: str = "") -> str:
    """Return what to call a lead: by name, e-mail, id, or that nobody knows."""
    if lead.name or lead.email or known_as:
        return lead.name or lead.email or known_as
    return _("Known by a user id") if lead.is_known else _("Anonymous visitor")


def why(change: Change) -> str:
    """Return the sentence of a stage change's receipt."""
    return receipts.sentence(
        change.stage,
        change.cause,
        change.receipt,
        rule=change.rule,
        touched=change.touched,
        by_hand=change.by_hand,
    )


def change_mark(change: Change | PersonMove) -> tuple[str, str] | None:
    """Return the icon and the words of a change that no rule made, None for the others."""
    return {
        Cause.DORMANT: ("hourglass", _("Dormant")),
        Cause.AWAKE: ("sun", _("Awake")),
        Cause.DECAY: ("arrow-down", _("Fell back")),
        Cause.OVERRIDE: ("edit", _("Set by hand")),
        Cause.OVERRIDE_ENDED: ("undo", _("By the rules again")),
    }.get(change.cause)


def day_of(line: Line) -> date:
    """Return the day of a receipt's line, which begins at midnight UTC."""
    return EPOCH.date() + timedelta(days=line.day)


def identified(entry: Identified) -> str:
    """Return what became known."""
    if entry.names and entry.has_past:
        return _("We learned who it is; what this browser did before counts here too.")
    if entry.names:
        return _("We learned who it is.")
    if not entry.has_past:
        return _("Another browser turned out to be the same person.")
    return _(
        "Another browser turned out to be the same person; what it did before counts here too."
    )


def level_words(level: Level) -> str:
    """Return what it means that somebody is known."""
    if level is Level.VERIFIED:
        return _("A server, a signature or the team vouches for it.")
    return _("Only says so: nobody has proved it.")


def joining(entry: Joining) -> tuple[str, str]:
    """Return what happened to two leads, and the icon for it."""
    if entry.is_undone:
        return _("Merge undone"), "undo"
    return _("Merged"), "merge"


def reason_of(merge: Merge) -> str:
    """Return why two leads were merged, in the words of whoever did it."""
    return _("An alias with proof said so.") if merge.reason == ALIAS else merge.reason


def field_name(name: str) -> str:
    """Return what a field of a lead is called."""
    return {
        "email": _("E-mail"),
        "name": _("Name"),
        "title": _("Title"),
        "phone": _("Phone"),
        "country": _("Country"),
    }[name]


def offer_title(offer: Offer) -> str:
    """Return what happened to an offer."""
    return {
        HandoffStatus.OFFERED: _("Offered to sales"),
        HandoffStatus.ACCEPTED: _("Accepted by sales"),
        HandoffStatus.REJECTED: _("Rejected by sales"),
        HandoffStatus.EXPIRED: _("The offer expired"),
        HandoffStatus.WITHDRAWN: _("The offer was withdrawn"),
    }[offer.status]


def offer_look(offer: Offer) -> tuple[str, str]:
    """Return the icon and the hue of an offer's entry."""
    return {
        HandoffStatus.OFFERED: ("handoff", "handoff"),
        HandoffStatus.ACCEPTED: ("check", "handoff"),
        HandoffStatus.REJECTED: ("x", "bad"),
        HandoffStatus.EXPIRED: ("hourglass", "bad"),
        HandoffStatus.WITHDRAWN: ("undo", "plain"),
    }[offer.status]


def deal_title(event: DealEvent) -> str:
    """Return what happened to a deal."""
    if event.status is DealStatus.WON:
        return _("Won")
    if event.status is DealStatus.LOST:
        return _("Lost")
    if event.before is None:
        return _("Deal opened: %(stage)s", stage=event.stage)
    if event.before is not DealStatus.OPEN:
        return _("Deal reopened: %(stage)s", stage=event.stage)
    return _("Moved to %(stage)s", stage=event.stage)


def deal_look(event: DealEvent) -> tuple[str, str]:
    """Return the icon and the hue of a deal's entry."""
    if event.status is DealStatus.WON:
        return "trophy", "won"
    return ("ban", "bad") if event.status is DealStatus.LOST else ("pipeline", "sales")
