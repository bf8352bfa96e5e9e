"""History told again under another version, and who would move under a draft."""

import copy
import time
from statistics import median

from sqlalchemy import func, select

from bench.stages.houses import NOW, fill, place
from tracker import versions as way
from tracker.stages import versions
from tracker.stages.documents import DEFAULT, dump
from tracker.stages.domain import Work
from tracker.stages.models import DraftMove, Standing


def measure(rounds, touches, name="sqlite"):
    """Return CPU per touch of a replay, and the seconds of a comparison."""
    people = touches // 10
    rows = []
    with place(name) as here:
        fill(here, touches, people)
        for number in range(rounds):
            replayed = _carry(here, _draft(here, number), Work.REPLAY)
            compared = _carry(here, _draft(here, number, points=5), Work.COMPARE)
            rows.append(_row(replayed, compared, touches))
        stored = _stored(here)
    row = {"database": name, "touches": touches, "leads": people}
    row |= {figure: median(one[figure] for one in rows) for figure in rows[0]}
    return {"rows": [row], "stored": stored}


def ratios(rows):
    return [
        found
        for row in rows
        for found in (
            (f"replay of {row['touches']:,}: CPU µs per touch", row["replay_us"], "≤ 60"),
            (f"diff over {row['leads']:,} leads: seconds", row["diff_s"], "≤ 30 at 100,000"),
        )
    ]


def _row(replayed, compared, touches):
    return {
        "replay_us": 1e6 * replayed["replay_cpu"] / touches,
        "replay_s": replayed["replay_s"],
        "mark_us": 1e6 * replayed["mark_cpu"] / touches,
        "diff_us": 1e6 * compared["compare_cpu"] / touches,
        "diff_s": compared["compare_s"],
        "steps": compared["compare_steps"],
    }


def _draft(here, number, points=2):
    raw = copy.deepcopy(DEFAULT)
    raw["points"]["article"] = points + number
    raw["rules"][2]["at_least"] = points
    with here.database.writing() as session:
        row = versions.save_draft(session, here.house.workspace.id, dump(raw))
        version = row.version
        session.commit()
    return version


def _carry(here, version, work):
    """Do what is to be done about a version as the server does, a slice at a time."""
    with here.database.writing() as session:
        row = versions.get(session, here.house.workspace.id, version)
        way.begin(session, row, work, now=NOW)
        session.commit()
    spent = {}
    while True:
        with here.database.reading() as session:
            doing = versions.get(session, here.house.workspace.id, version).work
        begun, at = here.cpu(), time.perf_counter()
        with here.database.writing() as session:
            has_more = way.step(session, now=NOW)
            session.commit()
        if not has_more:
            return spent
        _add(spent, f"{doing}_cpu", here.cpu() - begun)
        _add(spent, f"{doing}_s", time.perf_counter() - at)
        _add(spent, f"{doing}_steps", 1)


def _add(spent, name, more):
    spent[name] = spent.get(name, 0) + more


def _stored(here):
    with here.database.reading() as session:
        return {
            "standings": session.scalar(select(func.count()).select_from(Standing)),
            "touches counted": session.scalar(select(func.sum(Standing.touch_count))),
            "moves of the draft": session.scalar(select(func.count()).select_from(DraftMove)),
        }
