"""What stands on the card of a deal and in the head of its column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_currency, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from tracker.handoff import briefing
from tracker.pipeline.domain import DealStatus, ripeness
from tracker.pipeline.models import Deal
from tracker.pipeline.queries import Column, Total
from tracker.web.words import number, relative


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One deal as the board shows it."""

    deal: Deal
    age: float
    age_words: str
    last_touch: str | None
    owner: str


def board_cards(
    session: Session, columns: Sequence[Column], *, now: datetime
) -> dict[str, list[Card]]:
    """Return the cards of every column, by the code of its stage."""
    deals = [deal for column in columns for deal in column.deals]
    made = {card.deal.id: card for card in cards(session, deals, now=now)}
    return {column.stage.code: [made[deal.id] for deal in column.deals] for column in columns}


def cards(session: Session, deals: Iterable[Deal], *, now: datetime) -> list[Card]:
    """Return the cards of deals, in their order."""
    deals = list(deals)
    reads = briefing.last_reads(session, [deal.lead_id for deal in deals], each=1)
    return [
        Card(
            deal=deal,
            age=ripeness(deal.entered_at, deal.stage.rot_days, now=now),
            age_words=age_words(deal.entered_at, now=now),
            last_touch=_last_touch(reads.get(deal.lead_id, ())),
            owner=owner_name(deal),
        )
        for deal in deals
    ]


def age_words(entered_at: datetime, *, now: datetime) -> str:
    """Return how long a deal has been in its stage."""
    days = (now - entered_at) // timedelta(days=1)
    if days < 1:
        return _("since today")
    return ngettext("%(num)s day in this stage", "%(num)s days in this stage", days)


def owner_name(deal: Deal) -> str:
    """Return whose deal it is; an imported one may name somebody who has no account."""
    return deal.owner.name if deal.owner is not None else deal.owner_label


def status_name(status: DealStatus) -> str:
    """Return what a status is called."""
    return {
        DealStatus.OPEN: _("Open"),
        DealStatus.WON: _("Won"),
        DealStatus.LOST: _("Lost"),
    }[status]


def board_words(opened: Total, closed: dict[DealStatus, Total], currency: str) -> str:
    """Return what a board shows in a sentence or two."""
    if not opened.count:
        said = _("No deal is open here.")
    elif opened.sums:
        said = ngettext(
            "%(n)s open deal worth %(sum)s.", "%(n)s open deals worth %(sum)s.", opened.count,
            n=number(opened.count), sum=sums(opened, currency),
        )  # fmt: skip
    else:
        said = ngettext(
            "%(n)s open deal.", "%(n)s open deals.", opened.count, n=number(opened.count)
        )
    won, lost = (closed.get(s, Total()) for s in (DealStatus.WON, DealStatus.LOST))
    if not won.count and not lost.count:
        return said
    if not won.sums:
        return said + " " + _("This month %(won)s won, %(lost)s lost.", won=number(won.count),
                              lost=number(lost.count))  # fmt: skip
    return said + " " + _("This month %(won)s won for %(sum)s, %(lost)s lost.",
                          won=number(won.count), sum=sums(won, currency),
                          lost=number(lost.count))  # fmt: skip


def table_words(total: Total, currency: str) -> str:
    """Return what a table of deals shows in a sentence."""
    if total.sums:
        return ngettext(
            "%(n)s deal worth %(sum)s, the last to change on top.",
            "%(n)s deals worth %(sum)s, the last to change on top.",
            total.count, n=number(total.count), sum=sums(total, currency),
        )  # fmt: skip
    return ngettext(
        "%(n)s deal, the last to change on top.", "%(n)s deals, the last to change on top.",
        total.count, n=number(total.count),
    )  # fmt: skip


def sums(total: Total, currency: str) -> str:
    """Return what deals are worth together, each currency by itself, ours first."""
    ours_first = sorted(total.sums, key=lambda pair: (pair[0] != currency, pair[0]))
    return " + ".join(
        format_currency(value, code, _("¤#,##0"), currency_digits=False)
        for code, value in ours_first
    )


def _last_touch(reads: Sequence[briefing.Read]) -> str | None:
    if not reads:
        return None
    return _("%(title)s, %(when)s", title=reads[0].title, when=relative(reads[0].at))
