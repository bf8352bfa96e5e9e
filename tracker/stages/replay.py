"""Write the history of leads under a version beside the live one; it can be folded beforehand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.driver import fetch_in
from tracker.stages import history, standings
from tracker.stages.models import StageModelRow
from tracker.stages.versions import model_of, touches_of
from tracker.touches.domain import Counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """The history of some leads, folded but not written, and the touches that it was told by."""

    desk: history.Desk
    prints: Mapping[int, tuple[int, ...]]


def prepare(
    session: Session, row: StageModelRow, lead_ids: Sequence[int], *, now: datetime
) -> Prepared:
    """Fold some leads under a version as far as that can be done without writing anything.

    Of whom something is written already, nothing is prepared.
    """
    new = sorted(set(lead_ids) - _written(session, row, lead_ids))
    # Before the touches: what comes while they are read is missed at the latest when written.
    prints = _prints(session, new)
    desk = history.Desk(session, row.workspace_id, (row.id, model_of(row)), now=now)
    desk.prepare(new)
    for lead_id, touches in touches_of(session, new).items():
        desk.advance(lead_id, desk.begin(lead_id), touches)
    return Prepared(desk=desk, prints=prints)


def replay(
    session: Session,
    row: StageModelRow,
    lead_ids: Sequence[int],
    *,
    now: datetime,
    prepared: Prepared | None = None,
) -> None:
    """Write the history of some leads under a version; what is there and right stays.

    What was prepared is written where nothing has come since; else it is folded again.
    """
    written = _written(session, row, lead_ids)
    ready: set[int] = set()
    if prepared is not None and not written & prepared.prints.keys():
        wanted = set(lead_ids) & prepared.prints.keys()
        if _prints(session, wanted) == prepared.prints:
            prepared.desk.session = session
            prepared.desk.write()
            ready = wanted
    rest = [lead_id for lead_id in lead_ids if lead_id not in ready]
    if not rest:
        return
    desk = history.Desk(session, row.workspace_id, (row.id, model_of(row)), now=now)
    desk.prepare(rest)
    for lead_id, touches in touches_of(session, rest).items():
        _replay_one(desk, lead_id, touches, is_new=lead_id not in written)
    desk.write()


_PRINTS = """
/* stages.prints */
SELECT e.lead_id, count(t.id), coalesce(sum(t.id), 0), max(e.visitor_id)
FROM visitor_edge e LEFT JOIN touch t ON t.visitor_id = e.visitor_id
WHERE e.lead_id IN ({}) GROUP BY e.lead_id
"""
_RECORDED = """
/* stages.recorded */
SELECT DISTINCT lead_id FROM transition
WHERE workspace_id = ? AND model_id = ? AND lead_id IN ({})
"""


def _written(session: Session, row: StageModelRow, lead_ids: Sequence[int]) -> set[int]:
    moved = fetch_in(session, _RECORDED, lead_ids, before=(row.workspace_id, row.id))
    stood = standings.leads_among(session, row.id, lead_ids)
    return stood.union(lead_id for (lead_id,) in moved)


def _prints(session: Session, lead_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Return by what it is seen that touches have come or visitors have gone: lead by lead."""
    rows = fetch_in(session, _PRINTS, sorted(lead_ids))
    found = {lead_id: (number, int(ids), last) for lead_id, number, ids, last in rows}
    return {lead_id: found.get(lead_id, ()) for lead_id in lead_ids}


def _replay_one(desk: history.Desk, lead_id: int, touches: list[Counted], *, is_new: bool) -> None:
    if is_new:
        desk.advance(lead_id, desk.begin(lead_id), touches)
        return
    state = desk.rewind(lead_id, None)[0]
    transitions = desk.fold(lead_id, state, touches)
    desk.stand(lead_id, state)
    desk.correct(lead_id, transitions, after=None)
