"""Half a year by the real journey: what the application then shows is the planted story."""

import shutil
from datetime import datetime
from random import Random

import pytest
from sqlalchemy import Select, func, select

from tests.builders import NOON, days
from tracker import db
from tracker.collector import service as collector
from tracker.demo.fill import Story, arrivals_of, fill
from tracker.demo.messages import Address
from tracker.demo.story import ASKS_FOR_DEMO, SETTLED_AFTER, Door, lives
from tracker.handoff.domain import HandoffStatus
from tracker.handoff.models import Handoff
from tracker.identity import duplicates
from tracker.identity.models import Lead, Merge, VisitorEdge
from tracker.milestones.models import Milestone
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal
from tracker.reports import queries
from tracker.reports.population import Filter
from tracker.stages.models import DraftMove, StageOverride
from tracker.touches.domain import ContentKind
from tracker.touches.models import Content, TouchRow
from tracker.workspaces.models import User
from tracker.workspaces.service import the_workspace

SMALL = Story(now=NOON, leads=120, period=50)
LARGE = Story(now=NOON, leads=1200)
HASH = "nobody logs in here"


def tell(database: db.Database, story: Story) -> None:
    with database.writing() as session:
        fill(session, story, password_hash=HASH, tell=lambda share: None)
        session.commit()


def firsts(database: db.Database) -> list[tuple[str, datetime]]:
    query = select(Milestone.step, Milestone.occurred_at).where(Milestone.retracted_at.is_(None))
    with database.reading() as session:
        return sorted((step, at) for step, at in session.execute(query))


@pytest.fixture(scope="module")
def told(sqlite_template, tmp_path_factory) -> db.Database:
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("demo") / "told.sqlite3")
    database = db.Database(db.make_engine(f"sqlite:///{path}"))
    tell(database, LARGE)
    yield database
    database.engine.dispose()


def statuses(database: db.Database, model: type[Handoff] | type[Deal]) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(model.status)))


def touched(kind: ContentKind) -> Select[int]:
    return (
        select(VisitorEdge.lead_id)
        .join(TouchRow, TouchRow.visitor_id == VisitorEdge.visitor_id)
        .join(Content, Content.id == TouchRow.content_id)
        .where(Content.kind == kind)
    )


def test_a_seed_fixes_everything_that_arrives():
    to = Address(workspace_id=1, site_id=1)
    one, other = (
        arrivals_of(rng, lives(rng, now=NOON, leads=200), to, SMALL)
        for rng in (Random(7), Random(7))
    )
    assert one == other


def test_both_databases_tell_the_same_story(database, sqlite_template, tmp_path):
    beside = db.Database(
        db.make_engine(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'b')}")
    )
    tell(database, SMALL)
    tell(beside, SMALL)
    assert firsts(database) == firsts(beside)
    beside.engine.dispose()


def test_everybody_of_the_team_is_there(told):
    with told.reading() as session:
        assert session.scalar(select(func.count(User.id))) == 6


def test_leads_are_at_every_step(told):
    with told.reading() as session:
        workspace = the_workspace(session)
        shown = queries.funnel(session, workspace, Filter(), now=NOON)
    assert all(column.reached for column in shown.columns)


def test_handoffs_have_met_every_fate(told):
    assert statuses(told, Handoff) >= set(HandoffStatus) - {HandoffStatus.WITHDRAWN}


def test_deals_are_open_won_and_lost(told):
    assert statuses(told, Deal) == set(DealStatus)


def test_some_offers_are_claimed_and_some_wait(told):
    with told.reading() as session:
        query = select(Handoff.claimed_by_id).where(Handoff.status == HandoffStatus.OFFERED)
        claims = list(session.scalars(query))
    assert None in claims
    assert len(set(claims)) > 1


def test_some_who_were_anonymous_are_known_now(told):
    with told.reading() as session:
        assert session.scalar(select(func.count()).where(Lead.merged_into_id.is_not(None))) > 0


def test_what_the_application_is_about_is_there_to_be_seen(told):
    with told.reading() as session:
        workspace = the_workspace(session)
        levels = set(session.scalars(select(Lead.is_verified).where(Lead.is_known)))
        pairs = duplicates.find(session, workspace.id).open
        merges = session.scalars(select(Merge).where(Merge.undone_at.is_(None))).all()
        by_hand = session.scalars(select(StageOverride)).all()
        moves = session.scalar(select(func.count()).select_from(DraftMove))
        crowd = session.scalar(
            select(func.count(Lead.id)).group_by(Lead.company_id).where(Lead.company_id > 0)
            .order_by(func.count(Lead.id).desc()).limit(1)
        )  # fmt: skip
    assert levels == {True, False}
    assert len(pairs) >= 5
    assert (len(merges), len(by_hand)) == (1, 1)
    assert moves > 0
    assert crowd > 2


@pytest.mark.parametrize("kind, door", [
    (ContentKind.WEBINAR, Door.WEBINAR),
    (ContentKind.DOWNLOAD, Door.GUIDE),
])  # fmt: skip
def test_the_planted_rates_are_what_the_people_show(told, kind, door):
    settled = touched(kind).where(TouchRow.occurred_at < NOON - days(SETTLED_AFTER))
    with told.reading() as session:
        entered = set(session.scalars(settled))
        asked = entered & set(session.scalars(touched(ContentKind.DEMO)))
    assert len(asked) / len(entered) == pytest.approx(ASKS_FOR_DEMO[door], abs=0.035)


def test_the_step_after_webinars_is_found_to_be_the_weakest(told):
    with told.reading() as session:
        workspace = the_workspace(session)
        shown = queries.funnel(session, workspace, Filter(), now=NOON)
    assert shown.weakest is not None
    assert shown.columns[shown.weakest.index].step.key == "bofu"


def test_every_message_of_the_demo_is_counted(told):
    with told.reading() as session:
        workspace = the_workspace(session)
        stats = collector.stats(session, workspace.id)
        touches = session.scalar(select(func.count(TouchRow.id)))
    assert stats.accepted == touches
    assert stats.duplicate > 0
    assert stats.quarantined > 0
