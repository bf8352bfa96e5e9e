"""Merges of leads for programs: works, malformed, forbidden, not found, conflict."""

import pytest

from tests.builders import lead_of, make_bofu_lead, make_house, record
from tests.people import log_in
from tracker.workspaces.domain import Role

WHY = "they share a phone"


@pytest.fixture
def house(session, client):
    house = make_house(session)
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


@pytest.fixture
def codes(session, house):
    """Give the codes of two known leads; the first is offered to sales."""
    first = make_bofu_lead(session, house)
    record(session, house.identify("eva@firm.example", person="Eva", user_id="u2"))
    session.commit()
    return first.code, lead_of(session, house, "u:u2").code


def merges(code):
    return f"/api/v1/leads/{code}/merges"


def post(client, codes, **facts):
    return client.post(merges(codes[0]), json={"absorbed": codes[1], "reason": WHY} | facts)


def test_a_merge_makes_one_of_two_and_its_undoing_two_again(client, codes):
    made = post(client, codes)
    assert (made.status_code, made.json["absorbed"]["code"]) == (201, codes[1])
    assert client.get(f"/api/v1/leads/{codes[1]}").json["code"] == codes[0]
    undone = client.post(f"{merges(codes[0])}/{made.json['code']}/undo")
    assert (undone.status_code, undone.json["undone_at"] is None) == (200, False)
    assert client.get(f"/api/v1/leads/{codes[1]}").json["name"] == "Eva"


def test_the_preview_says_what_would_be_and_changes_nothing(client, codes):
    told = client.get(f"{merges(codes[1])}/preview?absorbed={codes[0]}").json
    assert (told["kept"]["stage"], told["absorbed"]["stage"], told["stage"]) == (
        None, "bofu", "bofu")  # fmt: skip
    assert (told["kept"]["touches"], told["absorbed"]["touches"]) == (1, 2)
    words = {word["name"]: (word["kept"], word["after"]) for word in told["fields_after"]}
    assert words["email"] == ("eva@firm.example", "ana@firm.example")
    assert client.get(merges(codes[1])).json == []


def test_every_merge_is_listed_with_who_made_it(client, codes):
    made = post(client, codes).json["code"]
    client.post(f"{merges(codes[0])}/{made}/undo")
    (line,) = client.get(merges(codes[1])).json
    assert (line["reason"], line["by"][:8], line["undone_by"][:8]) == (WHY, "Marketer", "Marketer")


@pytest.mark.parametrize(
    "facts", [{"reason": ""}, {"reason": 501 * "x"}, {"absorbed": ""}, {"absorbed": 5}, {"x": 1}]
)
def test_a_merge_that_makes_no_sense_is_refused_by_name(client, codes, facts):
    answer = post(client, codes, **facts)
    assert answer.status_code == 422
    assert next(iter(facts)) in str(answer.json["errors"])


def test_a_lead_is_not_merged_with_itself(client, codes):
    assert post(client, (codes[0], codes[0])).status_code == 422
    same = f"{merges(codes[0])}/preview?absorbed={codes[0]}"
    assert client.get(same).status_code == 422


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REP])
def test_only_marketers_merge(client, house, codes, role):
    log_in(client, role, house.workspace)
    assert post(client, codes).status_code == 403
    assert client.post(f"{merges(codes[0])}/any/undo").status_code == 403
    assert client.get(f"{merges(codes[0])}/preview?absorbed={codes[1]}").status_code == 403
    assert client.get(merges(codes[0])).status_code == 200


def test_what_is_not_there_is_not_merged(client, codes):
    assert post(client, ("nobody", codes[1])).status_code == 404
    assert post(client, (codes[0], "nobody")).status_code == 404
    assert client.get(merges("nobody")).status_code == 404
    assert client.post(f"{merges(codes[0])}/nothing/undo").status_code == 404


def test_a_lead_of_another_workspace_is_not_there(client, session, codes):
    other = make_house(session)
    record(session, other.page(user_id="u9"))
    session.commit()
    foreign = lead_of(session, other, "u:u9").code
    assert post(client, (codes[0], foreign)).status_code == 404
    assert post(client, (foreign, codes[0])).status_code == 404


def test_a_merged_lead_is_not_merged_again_nor_is_a_merge_undone_twice(client, codes):
    made = post(client, codes).json["code"]
    assert post(client, codes).status_code == 409
    assert post(client, codes[::-1]).status_code == 409
    assert client.post(f"{merges(codes[0])}/{made}/undo").status_code == 200
    assert client.post(f"{merges(codes[0])}/{made}/undo").status_code == 409


def test_a_lead_says_how_sure_it_is_who_it_is(client, session, house, codes):
    assert client.get(f"/api/v1/leads/{codes[1]}").json["level"] == "claimed"
    record(session, house.identify("eva@firm.example", user_id="u2", is_verified=True))
    session.commit()
    assert client.get(f"/api/v1/leads/{codes[1]}").json["level"] == "verified"
    assert {lead["level"] for lead in client.get("/api/v1/leads").json["items"]} == {
        "claimed", "verified"}  # fmt: skip
