"""What somebody should look at, in sentences."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.collector.domain import DropReason, Outcome
from tracker.collector.intake import Intake
from tracker.reports.accounting import Accounting
from tracker.tasks.models import Task
from tracker.tasks.runs import Run
from tracker.web import words
from tracker.web.health.store import Store

# A message that waits for longer than this waits for a disk, not for its turn.
TOO_LONG = timedelta(seconds=2)
LITTLE_ROOM = 0.05
BUSY = frozenset({DropReason.OVERLOADED.value, DropReason.STORAGE.value})


def of_intake(intake: Intake | None) -> list[str]:
    """Return what is wrong with the taking in."""
    if intake is None:
        return []
    if not intake.is_alive:
        return [_("Nothing is taken in: the writer does not work.")]
    if intake.age > TOO_LONG:
        return [_("Messages have waited for %(span)s to be stored.",
                  span=words.duration(intake.age))]  # fmt: skip
    return []


def of_store(store: Store) -> list[str]:
    """Return what is wrong with the store."""
    if store.disk and store.free is not None and store.free < store.disk * LITTLE_ROOM:
        return [_("Less than %(share)s of the disk is free.", share=words.percent(LITTLE_ROOM))]
    return []


def of_today(today: Accounting) -> list[str]:
    """Return what was turned away because there was no room for it."""
    number = sum(
        number
        for outcome, reason, number in today.reasons()
        if outcome is Outcome.REFUSED and reason in BUSY
    )
    if not number:
        return []
    return [
        ngettext(
            "%(num)s message was turned away today, for the store was busy; its sender was asked "
            "to send it again.",
            "%(num)s messages were turned away today, for the store was busy; their senders were "
            "asked to send them again.",
            number,
        )
    ]


def of_work(runs: Mapping[str, Run | None], interrupted: Sequence[Task]) -> list[str]:
    """Return which work did not go well."""
    failed = [job for job, run in runs.items() if run and run.error]
    found = [_("This failed last time, and is tried again: %(job)s.", job=job) for job in failed]
    if interrupted:
        found.append(
            ngettext(
                "%(num)s piece of long work was broken off.",
                "%(num)s pieces of long work were broken off.",
                len(interrupted),
            )
        )
    return found
