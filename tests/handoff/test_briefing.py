"""What a rep should know before calling."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders import GOOGLEBOT, NOON, lead_of, make_house, record
from tracker.handoff import briefing
from tracker.stages import service as stages
from tracker.touches.domain import IntendedStage, Purpose
from tracker.touches.models import Content


@pytest.fixture
def house(session):
    return make_house(session)


def known(session, house, *hits):
    """Record hits of a browser and whose it is; return that lead."""
    record(session, house.identify("ana@firm.example", anonymous_id="A"), *hits)
    return lead_of(session, house, "e:ana@firm.example")


def content_of(session, path):
    return session.scalars(select(Content).where(Content.key == f"url:acme.example{path}")).one()


def page(house, path, minutes, **facts):
    at = NOON + timedelta(minutes=minutes)
    return house.page(path, anonymous_id="A", occurred_at=at, **facts)


def test_newest_reads_come_first_and_each_item_once(session, house):
    hits = [page(house, path, n) for n, path in enumerate(("/one", "/two", "/one", "/three"))]
    lead = known(session, house, *hits)
    reads = briefing.last_reads(session, [lead.id])[lead.id]
    assert [read.title for read in reads] == ["/three", "/one", "/two"]
    assert reads[1].at == NOON + timedelta(minutes=2)


def test_what_robots_fetched_was_not_read(session, house):
    lead = known(session, house, page(house, "/one", 1, user_agent=GOOGLEBOT))
    assert briefing.last_reads(session, [lead.id]) == {}


def test_only_so_many_are_told(session, house):
    lead = known(session, house, *(page(house, f"/{n}", n) for n in range(6)))
    assert len(briefing.last_reads(session, [lead.id], each=2)[lead.id]) == 2


def test_proof_that_a_lead_has_seen_is_told_apart(session, house):
    stories = ("/case-studies/seen", "/case-studies/unseen")
    record(session, *(house.page(path, anonymous_id="B") for path in stories))
    lead = known(session, house, page(house, "/case-studies/seen", 1))
    proof = briefing.proof_of(session, house.workspace.id, [lead.id])[lead.id]
    assert (proof.seen, proof.not_seen) == (("/case-studies/seen",), ("/case-studies/unseen",))


def test_first_contact_is_the_first_touch_that_counts(session, house):
    lead = known(session, house, page(house, "/late", 9), page(house, "/first", 3))
    assert briefing.first_contact(session, lead.id) == NOON + timedelta(minutes=3)


def test_nothing_is_known_of_a_lead_without_touches(session, house):
    lead = known(session, house)
    assert briefing.last_reads(session, [lead.id]) == {}
    assert briefing.first_contact(session, lead.id) is None


def test_what_is_said_to_prove_is_proof_and_what_is_said_to_teach_is_none(session, house):
    record(session, *(house.page(p, anonymous_id="B") for p in ("/case-studies/x", "/blog/y")))
    lead = known(session, house, page(house, "/one", 1))
    story, post = (content_of(session, p) for p in ("/case-studies/x", "/blog/y"))
    story.purpose, post.purpose = Purpose.EDUCATE, Purpose.PROVE
    session.flush()
    proof = briefing.proof_of(session, house.workspace.id, [lead.id])[lead.id]
    assert (proof.seen, proof.not_seen) == ((), ("/blog/y",))


def test_proof_seen_under_another_address_is_seen(session, house):
    record(session, house.page("/case-studies/x", anonymous_id="B"))
    lead = known(session, house, page(house, "/stories/x", 1))
    content_of(session, "/stories/x").item_id = content_of(session, "/case-studies/x").id
    session.flush()
    proof = briefing.proof_of(session, house.workspace.id, [lead.id])[lead.id]
    assert (proof.seen, proof.not_seen) == (("/case-studies/x",), ())


def test_what_a_robot_fetched_is_not_seen(session, house):
    lead = known(session, house, page(house, "/case-studies/x", 1, user_agent=GOOGLEBOT))
    proof = briefing.proof_of(session, house.workspace.id, [lead.id])[lead.id]
    assert proof.not_seen == ("/case-studies/x",)


def test_a_lead_is_shown_what_is_meant_for_its_stage_and_new_to_it(session, house):
    paths = ("/blog/seen", "/blog/unseen", "/pricing")
    record(session, *(house.page(path, anonymous_id="B") for path in paths))
    lead = known(session, house, page(house, "/blog/seen", 1))
    for path, stage in zip(paths, ("tofu", "tofu", "bofu"), strict=True):
        content_of(session, path).intended_stage = IntendedStage(stage)
    session.flush()
    model_id, _model = stages.active(session, house.workspace.id)
    found = briefing.to_show(session, lead, model_id)
    assert [item.title for item in found.unseen] == ["/blog/unseen"]
