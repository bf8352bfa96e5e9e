"""The quarantine page: why messages were put aside, and what people may do with them."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.builders import make_house
from tests.people import log_in
from tracker.clock import utcnow
from tracker.collector import kept
from tracker.collector import service as collector
from tracker.collector.domain import Delivery, DropReason, Outcome, Reject
from tracker.collector.models import QuarantinedHit
from tracker.touches.models import TouchRow
from tracker.web.quarantine import pages
from tracker.workspaces.domain import Role
from tracker.workspaces.models import AuditEntry

GOOD = {"type": "track", "event": "Demo Requested", "userId": "4711"}
BAD = {"type": "?"}
ACTS = ("replay", "delete")


@pytest.fixture
def house(session, client):
    house = make_house(session)
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


def put_aside(session, house, message=BAD, *, reason=DropReason.UNKNOWN_TYPE, at=None, number=1):
    """Put messages aside as the door does, count them, and return their codes."""
    place = {"workspace_id": house.workspace.id, "site_id": house.site.id}
    at = at or utcnow()
    codes = []
    for _ in range(number):
        delivery = Delivery(**place, received_at=at, context={})
        body, again = kept.of_message(message, delivery)
        reject = Reject(**place, received_at=at, reason=reason, body=body, again=again)
        collector.keep(session, [reject])
        key = (*place.values(), Outcome.QUARANTINED, reason.value)
        collector.count(session, {key: 1}, writer=0, now=at)
    codes = session.scalars(select(QuarantinedHit.code).order_by(QuarantinedHit.id)).all()
    session.commit()
    return codes[-number:]


def left(session):
    """Return the codes that are still in quarantine."""
    session.rollback()
    return set(session.scalars(select(QuarantinedHit.code)))


def touches(session):
    return session.scalar(select(func.count()).select_from(TouchRow))


def test_a_message_says_why_when_where_and_what(client, session, house):
    put_aside(session, house, {"type": "?", "name": "Zoë"}, at=utcnow() - timedelta(hours=3))
    page = client.get("/quarantine").text
    assert "A type that we do not know" in page
    assert ("3 hours ago" in page, "Web" in page) == (True, True)
    assert "&#34;name&#34;: &#34;Zoë&#34;\n" in page


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "\ud800", 2000 * "[", '"', "</pre>\u2028"]
)
def test_whatever_came_is_only_text(client, session, house, text):
    put_aside(session, house, {"type": text})
    answer = client.get("/quarantine")
    assert answer.status_code == 200
    assert "<script>alert(1)" not in answer.text and "</pre>\u2028" not in answer.text


def test_where_nothing_is_the_page_says_so(client, house):
    assert "Nothing in quarantine" in client.get("/quarantine").text


def test_a_filter_narrows_and_keeps_its_choice(client, session, house):
    put_aside(session, house)
    put_aside(session, house, {"a": "late"}, reason=DropReason.BAD_TIME)
    page = client.get("/quarantine?reason=bad_time").text
    assert ("late" in page, "&#34;?&#34;" in page) == (True, False)
    assert 'name="reason" value="bad_time"' in page
    day = (utcnow() - timedelta(days=9)).date()
    assert "Nothing matches" in client.get(f"/quarantine?day={day}&site={house.site.code}").text


@pytest.mark.parametrize("query", ["reason=x", "site=x", "day=x", "day=2026-02-30"])
def test_a_filter_that_does_not_exist_is_told(client, house, query):
    assert client.get(f"/quarantine?{query}").status_code == 422
    name, _, value = query.partition("=")
    assert client.post("/quarantine/delete", data={name: value, "which": "all"}).status_code == 422


def test_a_long_list_has_pages(client, session, house):
    put_aside(session, house, number=51)
    assert "1–50 of 51" in client.get("/quarantine").text
    assert "51–51 of 51" in client.get("/quarantine?page=2").text
    assert "51–51 of 51" in client.get("/quarantine?page=99").text


def test_what_is_good_now_goes_onto_the_journey(client, session, house):
    [code] = put_aside(session, house, GOOD)
    answer = client.post(f"/quarantine/{code}/replay", follow_redirects=True)
    assert "Judged again: 1 is on the journey now." in answer.text
    assert (left(session), touches(session)) == (set(), 1)
    stats = collector.stats(session, house.workspace.id)
    assert (stats.received, stats.accepted, stats.quarantined) == (1, 1, 0)


def test_what_is_still_bad_stays(client, session, house):
    [code] = put_aside(session, house)
    answer = client.post(f"/quarantine/{code}/replay", follow_redirects=True)
    assert "1 cannot be believed today either" in answer.text
    assert left(session) == {code}


def test_what_was_cut_cannot_be_judged_and_says_so(client, session, house):
    [code] = put_aside(session, house, {**GOOD, "properties": {"x": 5000 * "y"}})
    page = client.get("/quarantine").text
    assert "Only a part was kept" in page
    assert f"/quarantine/{code}/replay" not in page
    answer = client.post(f"/quarantine/{code}/replay", follow_redirects=True)
    assert "1 cut off and not judged" in answer.text


def test_one_is_deleted_and_stays_counted(client, session, house):
    gone, kept_code = put_aside(session, house, number=2)
    assert client.post(f"/quarantine/{gone}/delete").status_code == 302
    assert left(session) == {kept_code}
    assert collector.stats(session, house.workspace.id).quarantined == 2


@pytest.mark.parametrize("act", ACTS)
def test_what_is_ticked_is_meant_and_nothing_else(client, session, house, act):
    one, two, three = put_aside(session, house, GOOD, number=3)
    client.post(f"/quarantine/{act}", data={"code": [one, two]})
    assert left(session) == {three}
    assert touches(session) == (2 if act == "replay" else 0)


@pytest.mark.parametrize("act", ACTS)
def test_all_means_all_that_the_filters_show(client, session, house, act):
    put_aside(session, house, GOOD, number=2)
    [other] = put_aside(session, house, GOOD, reason=DropReason.BAD_TIME)
    form = {"which": "all", "reason": "unknown_type"}
    answer = client.post(f"/quarantine/{act}", data=form)
    assert answer.location.endswith("/quarantine?reason=unknown_type")
    assert left(session) == {other}


@pytest.mark.parametrize("act", ACTS)
def test_where_nothing_is_ticked_nothing_happens(client, session, house, act):
    codes = put_aside(session, house, GOOD, number=2)
    answer = client.post(f"/quarantine/{act}", follow_redirects=True)
    assert "Nothing was chosen." in answer.text
    assert left(session) == set(codes)


@pytest.mark.parametrize("act", ACTS)
def test_what_others_have_cannot_be_ticked(client, session, house, act):
    other = make_house(session, "Other")
    codes = put_aside(session, other, GOOD, number=2)
    client.post(f"/quarantine/{act}", data={"code": codes})
    client.post(f"/quarantine/{act}", data={"which": "all"})
    assert client.post(f"/quarantine/{codes[0]}/{act}").status_code == 404
    assert left(session) == set(codes)
    assert "Nothing in quarantine" in client.get("/quarantine").text


@pytest.mark.parametrize("role", [Role.REP, Role.VIEWER])
def test_others_read_and_change_nothing(client, session, house, role):
    [code] = put_aside(session, house, GOOD)
    log_in(client, role, house.workspace)
    page = client.get("/quarantine").text
    assert ("Demo Requested" in page, "Judge again" in page) == (True, False)
    for act in ACTS:
        for path in (f"/quarantine/{act}", f"/quarantine/{code}/{act}"):
            assert client.post(path, data={"which": "all"}).status_code == 403
    assert left(session) == {code}


def test_one_press_takes_so_many_and_says_what_is_left(client, session, house, monkeypatch):
    monkeypatch.setattr(pages, "JUDGED", 1)
    monkeypatch.setattr(pages, "DELETED", 1)
    put_aside(session, house, number=3)
    judged = client.post("/quarantine/replay", data={"which": "all"}, follow_redirects=True)
    assert "Those were the 1 oldest" in judged.text
    deleted = client.post("/quarantine/delete", data={"which": "all"}, follow_redirects=True)
    assert "2 are left: press again." in deleted.text
    assert len(left(session)) == 2


def test_who_did_it_is_written_down(client, session, house):
    put_aside(session, house, GOOD, number=2)
    client.post("/quarantine/replay", data={"which": "all"})
    put_aside(session, house)
    client.post("/quarantine/delete", data={"which": "all"})
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["quarantine:judged again", "quarantine:deleted"]


def test_the_body_of_a_hit_that_the_store_refused_reads_well(client, session, house):
    body, again = kept.of_hit(house.page("/pricing"))
    assert json.loads(body)["url"].endswith("/pricing")
    place = {"workspace_id": house.workspace.id, "site_id": house.site.id}
    reason = DropReason.REJECTED_BY_STORE
    reject = Reject(**place, received_at=utcnow(), reason=reason, body=body, again=again)
    collector.keep(session, [reject])
    session.commit()
    page = client.get("/quarantine").text
    assert ("The store could not keep it" in page, "/pricing" in page) == (True, True)
