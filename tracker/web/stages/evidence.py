"""Evidence for the model: what those who were won had touched, and what points that suggests."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from tracker import versions as way
from tracker.errors import Invalid, NotFound
from tracker.reports import exposure
from tracker.reports.evidence import Lift
from tracker.reports.exposure import Finding, Touched
from tracker.stages import versions
from tracker.stages.documents import dump
from tracker.stages.domain import Work
from tracker.touches.domain import ContentKind
from tracker.web.context import commit, now, requires, session
from tracker.web.paging import page_of, url_with
from tracker.web.stages.drafts import live_document
from tracker.web.terms import kind_name
from tracker.web.words import number, percent
from tracker.workspaces import audit
from tracker.workspaces.audit import AuditAction, By
from tracker.workspaces.domain import Role

blueprint = Blueprint("evidence", __name__, url_prefix="/stages/evidence")

SIZE = 50
SORTS = ("lift", "touched", "name")
# The picture goes from a quarter of the usual chance to four times as much, by halves.
REACH = 2.0
# What is suggested for a kind stands in the model under `points`, for an item here.
ITEMS = "item_points"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the table: a kind or an item, its evidence, and what is or would be its worth."""

    name: str
    finding: Finding
    field: str
    worth: int | None
    suggested: int | None
    dot: float | None
    low: float | None
    high: float | None


@blueprint.get("")
@requires(Role.VIEWER)
def show():
    """Show what goes together with being won, by kind or by item."""
    by, sort = request.args.get("by", "kind"), request.args.get("sort", "lift")
    lines = _sorted(_lines(by), sort if sort in SORTS else "lift")
    kind = request.args.get("kind", "")
    lines = [line for line in lines if not kind or line.finding.kind == kind]
    page = page_of(len(lines), size=SIZE)
    return render_template(
        "stages/evidence.html",
        by=by,
        sort=sort,
        kind=kind,
        kinds=[("", _("All")), *((one.value, kind_name(one)) for one in ContentKind)],
        base=exposure.base(session(), current_user.workspace_id, until=now()),
        lines=lines[page.offset : page.offset + page.size],
        suggestions=sum(line.suggested is not None for line in lines),
        page=page,
        kind_name=kind_name,
        lift_words=lift_words,
        may_write=current_user.may(Role.MARKETER),
        url_with=url_with,
    )


@blueprint.get("/leads")
@requires(Role.VIEWER)
def leads():
    """List exactly the decided leads behind a number: of all, of a kind, or of an item."""
    touched = _touched()
    home = current_user.workspace_id
    page = page_of(exposure.count(session(), home, touched, until=now()), size=SIZE)
    window = (page.size, page.offset)
    return render_template(
        "stages/exposed.html",
        touched=touched,
        what=_what(touched),
        page=page,
        leads=exposure.leads(session(), home, touched, until=now(), window=window),
    )


@blueprint.post("/suggest")
@requires(Role.MARKETER)
def suggest():
    """Put the points that were ticked into the draft, and nothing else."""
    by = request.form.get("by", "kind")
    wanted = set(request.form.getlist("take"))
    taken = {line.field: line.suggested for line in _lines(by) if line.field in wanted}
    taken = {field: points for field, points in taken.items() if points is not None}
    if not taken or len(taken) < len(wanted):
        raise Invalid("tick what is suggested", fields={"take": "choose from the suggestions"})
    home = current_user.workspace_id
    draft = versions.draft_of(session(), home)
    raw = json.loads(draft.document if draft else live_document())
    place = "points" if by == "kind" else ITEMS
    raw[place] = {**raw.get(place, {}), **taken}
    row = versions.save_draft(session(), home, dump(raw))
    way.begin(session(), row, Work.COMPARE, now=now())
    by_whom = By(workspace_id=home, user_id=current_user.id, now=now())
    audit.write(session(), AuditAction.STAGES_DRAFTED, str(row.version), by=by_whom)
    commit()
    said = ngettext("%(n)s worth is in the draft now. Nothing is published.",
                    "%(n)s worths are in the draft now. Nothing is published.",
                    len(taken), n=len(taken))  # fmt: skip
    flash(said, "success")
    return redirect(url_for("drafts.show"))


def lift_words(lift: Lift) -> str:
    """Return between which values the lift plausibly lies."""
    if lift.interval is None:
        return _("There is nobody to compare with.")
    low, high = (number(round(edge, 2)) for edge in lift.interval)
    share = percent(lift.touched.share)
    return _(
        "%(share)s of them were won. Plausibly between %(low)s and %(high)s times the usual "
        "chance (95 %% interval).", share=share, low=low, high=high,
    )  # fmt: skip


def _lines(by: str) -> list[Line]:
    home = current_user.workspace_id
    if by not in ("kind", "item"):
        raise NotFound("there is no such evidence")
    found = (exposure.by_kind if by == "kind" else exposure.by_item)(session(), home, until=now())
    raw = json.loads(live_document())
    points, items = raw["points"], raw.get(ITEMS, {})
    lines = []
    for finding in found:
        field = finding.key or finding.kind.value
        worth = items.get(field) if finding.key else points.get(field, 0)
        lines.append(_line(finding, field, worth, points.get(finding.kind.value, 0)))
    return lines


def _line(finding: Finding, field: str, worth: int | None, usual: int) -> Line:
    lift = finding.lift
    suggested = lift.points
    low, high = lift.interval or (None, None)
    return Line(
        name=finding.title or kind_name(finding.kind),
        finding=finding,
        field=field,
        worth=usual if worth is None else worth,
        suggested=None if suggested == (usual if worth is None else worth) else suggested,
        dot=_place(lift.value),
        low=_place(low),
        high=_place(high),
    )


def _place(lift: float | None) -> float | None:
    """Return where on the picture a lift lies, from 0 to 100; 50 is the usual chance."""
    if lift is None:
        return None
    doublings = log2(lift) if lift else -REACH
    return round(50 + 50 * max(-REACH, min(REACH, doublings)) / REACH, 2)


def _sorted(lines: Sequence[Line], sort: str) -> list[Line]:
    by_name = sorted(lines, key=lambda line: (line.name.casefold(), line.field))
    if sort == "name":
        return by_name
    if sort == "touched":
        return sorted(by_name, key=lambda line: -line.finding.lift.touched.denominator)
    # What is beyond chance first, then by how much; few people prove nothing.
    return sorted(
        by_name,
        key=lambda line: (
            not (line.finding.lift.is_beyond_chance and not line.finding.lift.touched.is_few),
            line.finding.lift.touched.is_few,
            -(line.finding.lift.value or 0),
        ),
    )


def _touched() -> Touched:
    kind, item = request.args.get("kind", ""), request.args.get("item", "")
    if kind and kind not in set(ContentKind):
        raise NotFound("there is no such kind")
    return Touched(
        kind=ContentKind(kind) if kind else None,
        code="" if kind else item,
        is_won=request.args.get("won") == "1",
    )


def _what(touched: Touched) -> str:
    if touched.kind is not None:
        return kind_name(touched.kind)
    if not touched.code:
        return ""
    return exposure.title_of(session(), current_user.workspace_id, touched.code)
