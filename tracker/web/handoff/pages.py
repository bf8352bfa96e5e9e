"""The pages of the queue: what waits, what was settled, and the four answers."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker import journey
from tracker.errors import Invalid
from tracker.handoff import queries, service
from tracker.handoff.domain import HandoffStatus, RejectReason
from tracker.web.context import commit, now, requires, session, workspace
from tracker.web.fits import fit_words
from tracker.web.handoff.cards import (
    cards,
    reason_name,
    reasons_why,
    status_name,
    withdrawn_words,
)
from tracker.web.paging import page_of, url_with
from tracker.workspaces.domain import Role

CARDS, ROWS = 24, 50

blueprint = Blueprint("handoff", __name__, url_prefix="/handoffs")


@blueprint.get("")
@requires(Role.VIEWER)
def queue():
    """Show sales what is waiting for an answer."""
    whose = request.args.get("whose", "")
    some = queries.Some(
        statuses=[HandoffStatus.OFFERED],
        claimed_by=current_user.id if whose == "mine" else None,
        is_unclaimed=whose == "nobody",
    )
    home = workspace()
    page = page_of(queries.count(session(), home.id, some), size=CARDS)
    found = queries.page(session(), home.id, some, limit=page.size, offset=page.offset)
    return render_template(
        "handoff/queue.html",
        cards=cards(session(), home.id, found, now=now()),
        fit_words=fit_words,
        page=page,
        waiting=service.open_count(session(), home.id),
        settled=queries.count(session(), home.id, queries.Some(statuses=queries.SETTLED)),
        promise=service.agreement(session(), home.id),
        whose=whose,
        may_answer=current_user.may(Role.REP),
        may_put_back=current_user.may(Role.OWNER),
    )


@blueprint.get("/settled")
@requires(Role.VIEWER)
def settled():
    """Show how offers ended: accepted, rejected and why, expired."""
    home = workspace()
    people = queries.answerers(session(), home.id)
    some = _wanted(request.args, {person.code: person.id for person in people})
    page = page_of(queries.count(session(), home.id, some), size=ROWS)
    found = queries.page(session(), home.id, some, limit=page.size, offset=page.offset)
    return render_template(
        "handoff/settled.html",
        handoffs=found,
        why=reasons_why(session(), home.id, found),
        withdrawn={one.id: withdrawn_words(session(), one) for one in found},
        page=page,
        waiting=service.open_count(session(), home.id),
        statuses=[("", _("any")), *((s.value, status_name(s)) for s in queries.SETTLED)],
        people=[("", _("anybody")), *((person.code, person.name) for person in people)],
        status=request.args.get("status", ""),
        by=request.args.get("by", ""),
        reason_name=reason_name,
        url_with=url_with,
    )


@blueprint.post("/<code>/claim")
@requires(Role.REP)
def claim(code):
    """Take an offer for oneself."""
    service.claim(session(), workspace().id, code, by=current_user.id, now=now())
    commit()
    return _back()


@blueprint.post("/<code>/release")
@requires(Role.REP)
def release(code):
    """Put a claimed offer back; an owner may put back anybody's."""
    by = None if current_user.may(Role.OWNER) else current_user.id
    service.release(session(), workspace().id, code, by=by)
    commit()
    return _back()


@blueprint.post("/<code>/accept")
@requires(Role.REP)
def accept(code):
    """Accept an offer and go to the deal that it opens."""
    answer = service.Answer(verdict=HandoffStatus.ACCEPTED, by=current_user.id)
    _settled, deal = journey.answer_handoff(session(), workspace(), code, answer=answer, now=now())
    commit()
    flash(_("You accepted the lead. Here is its deal."), "success")
    assert deal is not None, "an accepted lead has a deal"
    return redirect(url_for("deals.deal", code=deal.code))


@blueprint.get("/<code>/reject")
@requires(Role.REP)
def ask_reason(code):
    """Ask why an offer is rejected."""
    return _reason_form(code, {})


@blueprint.post("/<code>/reject")
@requires(Role.REP)
def reject(code):
    """Reject an offer, and say why."""
    reason, note = request.form.get("reason", ""), request.form.get("note", "").strip()
    errors = _wrong(reason, note)
    if errors:
        return _reason_form(code, errors), 422
    answer = service.Answer(
        verdict=HandoffStatus.REJECTED,
        by=current_user.id,
        reason=RejectReason(reason),
        note=note,
    )
    journey.answer_handoff(session(), workspace(), code, answer=answer, now=now())
    commit()
    flash(_("You rejected the lead. Marketing sees the reason."), "success")
    return redirect(url_for("handoff.queue"))


def _reason_form(code: str, errors: Mapping[str, str]):
    home = workspace()
    handoff = service.get(session(), home.id, code)
    return render_template(
        "handoff/reject.html",
        handoff=handoff,
        why=reasons_why(session(), home.id, [handoff])[handoff.id],
        promise=service.agreement(session(), home.id),
        reasons=[("", _("Choose a reason")), *((r.value, reason_name(r)) for r in RejectReason)],
        reason=request.form.get("reason", ""),
        note=request.form.get("note", ""),
        errors=errors,
        note_limit=service.NOTE,
    )


def _wrong(reason: str, note: str) -> dict[str, str]:
    wrong = {}
    if reason not in list(RejectReason):
        wrong["reason"] = _("Choose a reason.")
    if len(note) > service.NOTE:
        wrong["note"] = _("At most %(num)s characters.", num=service.NOTE)
    return wrong


def _wanted(args: Mapping[str, str], people: Mapping[str, int]) -> queries.Some:
    status, by = args.get("status", ""), args.get("by", "")
    if by and by not in people:
        raise Invalid("nobody with this code has answered", fields={"by": "unknown"})
    chosen = [s for s in queries.SETTLED if s.value == status] or queries.SETTLED
    return queries.Some(statuses=chosen, settled_by=people.get(by))


def _back():
    page = request.form.get("page", "1")
    return redirect(url_for("handoff.queue", whose=request.form.get("whose") or None, page=page))
