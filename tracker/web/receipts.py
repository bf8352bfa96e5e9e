"""Why a lead stands where it stands, and what would bring it further: one sentence each."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.stages.domain import Cause, Rule, Stage
from tracker.stages.explain import Unmet, kinds_in_order
from tracker.stages.fold import Receipt
from tracker.stages.models import StageOverride
from tracker.touches.domain import ContentKind
from tracker.web.terms import did, done, in_order, one_of, points, stage_name
from tracker.web.words import day

# Kind and title of a touch.
Told = tuple[ContentKind, str]
NO_TITLES: Mapping[str, str] = {}


def sentence(
    stage: Stage | None,
    cause: Cause,
    receipt: Receipt,
    *,
    rule: Rule | None,
    touched: Sequence[Told],
    by_hand: StageOverride | None = None,
) -> str:
    """Return why a lead came to a stage, or how, whatever the cause.

    `touched` are the deciding touches, the latest last; `rule` is None where the version that
    decided is no longer known.
    """
    name = stage_name(stage)
    if cause is Cause.RULE:
        return _by_rule(name, receipt, rule, touched)
    if cause is Cause.AWAKE:
        return _awake(name, touched)
    if cause is Cause.DECAY:
        return _decayed(stage, receipt, rule)
    if cause is Cause.DORMANT:
        return _("Dormant: nothing that counts has happened for long. It stays in %(stage)s.",
                 stage=name)  # fmt: skip
    return _by_hand(name, by_hand, is_over=cause is Cause.OVERRIDE_ENDED)


def holding_words(row: StageOverride) -> str:
    """Return who has set a stage by hand, until when, and why."""
    who = row.started_by.name if row.started_by else _("a program")
    if row.until is None:
        return _("Set by hand by %(who)s until somebody ends it: “%(reason)s”", who=who,
                 reason=row.reason)  # fmt: skip
    # Midnight belongs to the day that it ends.
    last = day(row.until - timedelta(microseconds=1))
    return _("Set by hand by %(who)s until %(day)s: “%(reason)s”", who=who, day=last,
             reason=row.reason)  # fmt: skip


def unmet_sentence(unmet: Unmet, titles: Mapping[str, str] = NO_TITLES) -> str:
    """Return what is missing to the next stage; items are called by their titles."""
    name = stage_name(unmet.stage)
    if not unmet.missing:
        return _("%(points)s more points → %(stage)s", points=points(unmet.missing_milli),
                 stage=name)  # fmt: skip
    kinds = [done(kind) for kind in kinds_in_order(unmet.kinds)]
    things = one_of([*kinds, *(f"“{titles.get(key, key)}”" for key in sorted(unmet.items))])
    if unmet.then:
        steps = (one_of(done(kind) for kind in kinds_in_order(step)) for step in unmet.then)
        things = in_order([things, *steps])
    elif unmet.missing == 1:
        things = _("one more %(things)s", things=things)
    else:
        things = _("%(num)s more times %(things)s", num=unmet.missing, things=things)
    if unmet.within_days is not None:
        things = _("%(things)s within %(days)s", things=things, days=_days(unmet.within_days))
    return _("%(things)s → %(stage)s", things=things, stage=name)


def _by_rule(name: str, receipt: Receipt, rule: Rule | None, touched: Sequence[Told]) -> str:
    if rule is not None and rule.min_score is not None:
        return _("%(stage)s because the score reached %(points)s: it was %(score)s.", stage=name,
                 points=rule.min_score, score=points(receipt.score))  # fmt: skip
    if not touched:
        return _("%(stage)s by a rule of the stage model.", stage=name)
    deed = _deeds(rule, touched)
    if rule is not None and rule.from_stage is not None:
        return _("%(stage)s because this lead, already in %(before)s, %(deed)s.", stage=name,
                 before=stage_name(rule.from_stage), deed=deed)  # fmt: skip
    return _("%(stage)s because this lead %(deed)s.", stage=name, deed=deed)


def _deeds(rule: Rule | None, touched: Sequence[Told]) -> str:
    if rule is not None and rule.sequence:
        said = in_order(_deed(*one) for one in touched)
    else:
        said = _deed(*touched[-1])
        if rule is not None and rule.at_least > 1:
            said = _("%(deed)s, one of %(num)s such touches", deed=said, num=len(touched))
    if rule is not None and rule.within_days is not None and len(touched) > 1:
        said = _("%(what)s within %(days)s", what=said, days=_days(rule.within_days))
    return said


def _deed(kind: ContentKind, title: str) -> str:
    return _("%(deed)s (“%(title)s”)", deed=did(kind), title=title) if title else did(kind)


def _awake(name: str, touched: Sequence[Told]) -> str:
    if not touched:
        return _("Awake again in %(stage)s after a long silence.", stage=name)
    return _("Awake again in %(stage)s: after a long silence this lead %(deed)s.", stage=name,
             deed=_deed(*touched[-1]))  # fmt: skip


def _decayed(stage: Stage | None, receipt: Receipt, rule: Rule | None) -> str:
    score, floor = points(receipt.score), rule.falls_below if rule else None
    if stage is None:
        where = _("In no stage any more")
    else:
        where = _("Back to %(stage)s", stage=stage_name(stage))
    if floor is None:
        return _("%(where)s because the score fell to %(score)s.", where=where, score=score)
    return _("%(where)s because the score fell to %(score)s, under %(floor)s.", where=where,
             score=score, floor=floor)  # fmt: skip


def _by_hand(name: str, row: StageOverride | None, *, is_over: bool) -> str:
    if row is None and is_over:
        return _("%(stage)s as the rules say: what was set by hand is over.", stage=name)
    if row is None:
        return _("%(stage)s because somebody set it by hand.", stage=name)
    if not is_over:
        return _("%(stage)s. %(why)s", stage=name, why=holding_words(row))
    if row.ended_at is None:
        return _("%(stage)s as the rules say: the date is past until which it was set by hand.",
                 stage=name)  # fmt: skip
    who = row.ended_by.name if row.ended_by else _("a program")
    return _("%(stage)s as the rules say: %(who)s ended what was set by hand.", stage=name,
             who=who)  # fmt: skip


def _days(number: int) -> str:
    return str(ngettext("%(num)s day", "%(num)s days", number))
