"""Probable duplicates: the screen, what staff makes of them; and the same for programs."""

import json

import pytest

from tests.builders import lead_of, look_again, make_house, record
from tests.people import log_in
from tracker.collector.domain import MessageType
from tracker.collector.traits import traits_of
from tracker.workspaces.domain import Role

API = "/api/v1/duplicates"
TOLD = {"name": "Ana Roe", "company": "Acme"}


def tell(house, user, *, browser="", **traits):
    """Return what somebody says of themselves."""
    facts = {"traits": traits_of(traits), "properties": json.dumps(traits)}
    return house.hit(type=MessageType.IDENTIFY, user_id=user, anonymous_id=browser, **facts)


@pytest.fixture
def house(session, client):
    """Give a house with a likely pair (u-1, u-2), a weak one (u-3, u-4) and somebody else."""
    house = make_house(session)
    record(
        session,
        tell(house, "u-1", **TOLD, title="CTO"),
        tell(house, "u-2", **TOLD, phone="+44 1632 960001"),
        *(tell(house, user, browser="kitchen", name=user) for user in ("u-3", "u-4")),
        tell(house, "u-5", name="Bo Lind", company="Acme"),
    )
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


@pytest.fixture
def pair(session, house):
    """Give the codes of the likely pair."""
    codes = [lead_of(session, house, f"u:{user}").code for user in ("u-1", "u-2")]
    return dict(zip(("lead", "other"), codes, strict=True))


def test_an_empty_screen_says_what_is_compared(client):
    log_in(client, Role.VIEWER)
    assert "No duplicates in sight" in client.get("/duplicates").text


def test_both_sides_stand_beside_each_other_with_the_reason(client, pair):
    page = client.get("/duplicates").text
    assert "1 pair of known leads" in page
    assert "The same name at the same company." in page
    assert all(f"/leads/{code}" in page for code in pair.values())
    assert "CTO" in page
    assert "+44 1632 960001" in page


def test_a_shared_browser_is_flagged_among_the_weak_hints(client, house):
    assert "Shared device?" not in client.get("/duplicates").text
    page = client.get("/duplicates?weak=1").text
    assert "2 pairs of known leads" in page
    assert "Shared device?" in page


def test_a_pair_is_dismissed_and_taken_back(client, pair):
    assert client.post("/duplicates/dismiss", data=pair).status_code == 302
    assert "No duplicates in sight" in client.get("/duplicates").text
    assert "Ana Roe" in client.get("/duplicates?dismissed=1").text
    assert client.post("/duplicates/dismiss", data=pair).status_code == 409
    assert client.post("/duplicates/restore", data=pair).status_code == 302
    assert client.post("/duplicates/restore", data=pair).status_code == 409
    assert "1 pair of known leads" in client.get("/duplicates").text


def test_a_pair_becomes_one_and_is_gone_from_the_list(client, session, house, pair):
    said = pair | {"kept": pair["other"], "reason": "She told us so"}
    assert client.post("/duplicates/merge", data=said).status_code == 302
    assert "No duplicates in sight" in client.get("/duplicates").text
    look_again(session)
    (one,) = {lead_of(session, house, f"u:{user}").code for user in ("u-1", "u-2")}
    assert one == pair["other"]
    assert client.post("/duplicates/merge", data=said).status_code == 409


def test_nobody_is_sent_elsewhere_after_a_dismissal(client, pair):
    answer = client.post("/duplicates/dismiss", data=pair | {"next": "https://evil.example/"})
    assert "evil" not in answer.location


@pytest.mark.parametrize(
    ("root", "path"),
    [
        (API, "dismiss"),
        (API, "restore"),
        *(("/duplicates", p) for p in ("dismiss", "restore", "merge")),
    ],
)
def test_what_is_no_pair_is_refused(client, pair, path, root):
    def said(**codes):
        form = {"json" if root == API else "data": pair | codes}
        return client.post(f"{root}/{path}", **form).status_code

    assert said(other="none") == 404
    assert said(other=pair["lead"]) == 422


def test_others_only_look(client, house, pair):
    log_in(client, Role.REP, house.workspace)
    assert "They are two people" not in client.get("/duplicates").text
    for root, kind in (("/duplicates", "data"), (API, "json")):
        for path in ("dismiss", "restore"):
            assert client.post(f"{root}/{path}", **{kind: pair}).status_code == 403
    assert client.post("/duplicates/merge", data=pair).status_code == 403


def test_the_leads_of_others_are_not_there(client, session, pair):
    other = make_house(session, "Other")
    session.commit()
    log_in(client, Role.MARKETER, other.workspace)
    assert client.post(f"{API}/dismiss", json=pair).status_code == 404
    assert client.get(API).json["total"] == 0


def test_programs_list_pairs_with_their_clues(client, pair):
    (found,) = client.get(API).json["items"]
    assert {found["lead"]["code"], found["other"]["code"]} == set(pair.values())
    assert (found["score"], found["clues"][0]["clue"]) == (75, "name")
    assert client.get(f"{API}?weak=true").json["total"] == 2
    assert client.get(f"{API}?weak=often").status_code == 422


def test_programs_dismiss_and_restore(client, pair):
    assert client.post(f"{API}/dismiss", json={"lead": pair["lead"]}).status_code == 422
    assert client.post(f"{API}/dismiss", json=pair).json["score"] == 75
    assert client.post(f"{API}/dismiss", json=pair).status_code == 409
    assert client.get(f"{API}?dismissed=true").json["total"] == 1
    assert client.post(f"{API}/restore", json=pair).status_code == 200
    assert client.post(f"{API}/restore", json=pair).status_code == 409
    assert client.get(API).json["total"] == 1
