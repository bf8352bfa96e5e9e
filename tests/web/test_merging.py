"""Merging on pages: search, compare, merge, read it on the line, undo it."""

import pytest

from tests.builders import lead_of, make_bofu_lead, make_house, record
from tests.people import log_in
from tracker.workspaces.domain import Role


@pytest.fixture
def house(session, client):
    house = make_house(session)
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


@pytest.fixture
def codes(session, house):
    """Give the codes of two leads of one name."""
    make_bofu_lead(session, house)
    hits = [house.identify(f"{name}@firm.example", person="Ana Lee") for name in ("ana", "lee")]
    record(session, *hits)
    session.commit()
    return tuple(lead_of(session, house, f"e:{name}@firm.example").code for name in ("ana", "lee"))


def merge(client, codes, **facts):
    form = {"with": codes[1], "keep": codes[0], "reason": "one person"} | facts
    return client.post(f"/leads/{codes[0]}/merge", data=form)


def test_who_looks_alike_is_offered_first(client, codes):
    page = client.get(f"/leads/{codes[0]}/merge").text
    assert f"/leads/{codes[0]}/merge?with={codes[1]}" in page
    assert "They look alike" in page


def test_another_is_found_by_searching(client, session, house, codes):
    record(session, house.identify("bob@other.example", person="Bob"))
    session.commit()
    page = client.get(f"/leads/{codes[0]}/merge?q=bob@other").text
    assert lead_of(session, house, "e:bob@other.example").code in page


def test_before_the_merge_one_sees_what_it_does(client, codes):
    page = client.get(f"/leads/{codes[1]}/merge?with={codes[0]}").text
    assert "As one" in page and "ana@firm.example" in page and "lee@firm.example" in page


def test_the_merge_stands_on_the_line_and_is_undone_there(client, codes):
    answer = merge(client, codes)
    assert answer.location == f"/leads/{codes[0]}"
    page = client.get(answer.location).text
    assert "one person" in page and "Undo the merge" in page
    assert client.get(f"/leads/{codes[1]}").location == f"/leads/{codes[0]}"
    address = page.split("/merges/")[1].split('"')[0]
    assert client.post(f"/leads/{codes[0]}/merges/{address}").status_code == 302
    assert client.get(f"/leads/{codes[1]}").status_code == 200
    assert "Merge undone" in client.get(f"/leads/{codes[0]}").text


def test_the_other_one_may_be_kept(client, codes):
    assert merge(client, codes, keep=codes[1]).location == f"/leads/{codes[1]}"


def test_without_a_reason_the_form_says_so_and_keeps_what_was_chosen(client, codes):
    answer = merge(client, codes, keep=codes[1], reason=" ")
    assert answer.status_code == 422
    assert f'name="keep" value="{codes[1]}"' in answer.text
    assert "1 to 500 characters" in answer.text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REP])
def test_only_marketers_merge(client, house, codes, role):
    log_in(client, role, house.workspace)
    assert client.get(f"/leads/{codes[0]}/merge").status_code == 403
    assert merge(client, codes).status_code == 403
    assert client.post(f"/leads/{codes[0]}/merges/any/undo").status_code == 403
    assert "Merge…" not in client.get(f"/leads/{codes[0]}").text


def test_what_is_not_there_is_not_merged(client, codes):
    assert client.get("/leads/nobody/merge").status_code == 404
    assert client.get(f"/leads/{codes[0]}/merge?with=nobody").status_code == 404
    assert merge(client, (codes[0], "nobody")).status_code == 404
    assert client.post(f"/leads/{codes[0]}/merges/nothing/undo").status_code == 404


def test_what_was_merged_meanwhile_is_a_conflict_and_itself_no_choice(client, codes):
    assert merge(client, codes).status_code == 302
    assert merge(client, codes).status_code == 409
    assert merge(client, (codes[0], codes[0])).status_code == 422
    assert client.get(f"/leads/{codes[1]}/merge").location == f"/leads/{codes[1]}"
