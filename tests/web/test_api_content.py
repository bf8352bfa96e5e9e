"""The catalogue for programs: the five of each endpoint."""

import pytest
from sqlalchemy import select

from tests.builders import look_again, make_house, record
from tests.people import log_in
from tracker.stages.domain import Stage
from tracker.stages.models import Standing
from tracker.touches.models import Classing, Content
from tracker.workspaces.domain import Role

ITEMS, PATTERNS = "/api/v1/content", "/api/v1/content-patterns"
REPORTS = {"subject": "address", "text": "/report/*", "kind": "download"}


@pytest.fixture
def house(session, client):
    house = make_house(session)
    for browser in ("a", "b"):
        record(session, house.page(f"/report/{browser}", anonymous_id=browser, title=browser))
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


def code_of(session, path):
    look_again(session)
    key = f"url:acme.example{path}"
    return session.scalars(select(Content.code).where(Content.key == key)).one()


def stages_now(session):
    look_again(session)
    return set(session.scalars(select(Standing.stage)))


def test_items_come_with_what_became_of_them(client, house):
    answer = client.get(f"{ITEMS}?q=report&sort=title&unclassed=true&limit=1").json
    assert (answer["total"], answer["items"][0]["title"]) == (2, "a")
    assert {name: answer["items"][0][name] for name in ("people", "touches", "classed")} == {
        "people": 1,
        "touches": 1,
        "classed": "guessed",
    }


@pytest.mark.parametrize("query", ["kind=wish", "stage=sold", "owner=nobody", "sort=x", "bogus=1"])
def test_a_filter_that_makes_no_sense_is_refused(client, house, query):
    assert client.get(f"{ITEMS}?{query}").status_code == 422


def test_an_item_is_said_to_be_something(client, session, house):
    code = code_of(session, "/report/a")
    said = {"kind": "download", "purpose": "educate", "intended_stage": "mofu", "title": "A report"}
    answer = client.patch(f"{ITEMS}/{code}", json=said).json
    assert {name: answer[name] for name in said} == said
    assert answer["classed"] == "hand"
    assert stages_now(session) == {Stage.TOFU, Stage.MOFU}
    assert client.get(f"{ITEMS}/{code}").json == answer


@pytest.mark.parametrize(
    "said", [{"kind": "wish"}, {"kind": None}, {"title": ""}, {"owner": "nobody"}, {"key": "x"}]
)
def test_an_item_cannot_be_just_anything(client, session, house, said):
    assert client.patch(f"{ITEMS}/{code_of(session, '/report/a')}", json=said).status_code == 422


def test_an_item_is_owned_by_a_user(client, session, house):
    member = log_in(client, Role.MARKETER, house.workspace)
    code = code_of(session, "/report/a")
    answer = client.patch(f"{ITEMS}/{code}", json={"owner": member.user.code}).json
    assert answer["owner"] == {"code": member.user.code, "name": member.user.name}
    assert client.get(f"{ITEMS}?owner={member.user.code}").json["total"] == 1
    assert client.patch(f"{ITEMS}/{code}", json={"owner": None}).json["owner"] is None


def test_an_item_is_made_and_takes_others_in(client, session, house):
    made = client.post(ITEMS, json={"title": "Reports", "kind": "download"})
    assert (made.status_code, made.json["key"]) == (201, "item:reports")
    assert client.post(ITEMS, json={"title": "reports", "kind": "page"}).status_code == 409
    assert client.post(ITEMS, json={"title": "Others"}).status_code == 422
    part, item = code_of(session, "/report/a"), made.json["code"]
    answer = client.post(f"{ITEMS}/{part}/put-under", json={"item": item}).json
    assert [key["key"] for key in answer["under"]] == ["item:reports", "url:acme.example/report/a"]
    assert client.get(f"{ITEMS}/{part}").json["code"] == item
    assert client.patch(f"{ITEMS}/{part}", json={"kind": "page"}).status_code == 409
    assert client.post(f"{ITEMS}/{item}/put-under", json={"item": part}).status_code == 409
    assert client.post(f"{ITEMS}/{item}/put-under", json={"item": item}).status_code == 422
    assert client.post(f"{ITEMS}/{part}/put-under", json={"item": "nobody"}).status_code == 404
    assert client.post(f"{ITEMS}/{part}/put-under", json={}).status_code == 422
    assert client.post(f"{ITEMS}/{part}/take-out").json["code"] == part
    assert client.post(f"{ITEMS}/{part}/take-out").status_code == 409


def test_a_pattern_is_weighed_added_and_removed(client, session, house):
    said = client.post(f"{PATTERNS}/weigh", json=REPORTS).json
    assert said == {
        "keys": 2,
        "touches": 2,
        "leads": 2,
        "weighed": 2,
        "up": 2,
        "down": 0,
        "offers": 0,
        "next": None,
    }
    assert client.get(PATTERNS).json["total"] == 0
    added = client.post(PATTERNS, json=REPORTS)
    assert added.status_code == 201
    assert {name: added.json["classing"][name] for name in ("keys", "leads", "up", "is_done")} == {
        "keys": 2,
        "leads": 2,
        "up": 2,
        "is_done": True,
    }
    assert stages_now(session) == {Stage.MOFU}
    (row,) = client.get(PATTERNS).json["items"]
    assert row == added.json["pattern"]
    assert client.post(PATTERNS, json=REPORTS).status_code == 409
    assert client.delete(f"{PATTERNS}/{row['code']}").json["down"] == 2
    assert client.delete(f"{PATTERNS}/{row['code']}").status_code == 404
    assert stages_now(session) == {Stage.TOFU}


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"text": "/(a|b)"}, "pattern"),
        ({"text": "*"}, "pattern"),
        ({"text": ""}, "text"),
        ({"subject": "person"}, "subject"),
        ({"kind": None}, "kind"),
        ({"owner": "nobody"}, "owner"),
        ({"regex": "x"}, "regex"),
    ],
)
def test_a_bad_pattern_is_refused_with_the_field(client, house, said, where):
    for address in (PATTERNS, f"{PATTERNS}/weigh"):
        answer = client.post(address, json=REPORTS | said)
        assert answer.status_code == 422
        assert where in str(answer.json["errors"])


def test_a_pattern_of_an_item_that_is_not_there_is_not_found(client, house):
    said = {"subject": "address", "text": "/x", "item": "nobody"}
    for address in (PATTERNS, f"{PATTERNS}/weigh"):
        assert client.post(address, json=said).status_code == 404


def test_an_act_is_read_and_undone_once(client, session, house):
    client.patch(f"{ITEMS}/{code_of(session, '/report/a')}", json={"kind": "download"})
    look_again(session)
    code = session.scalars(select(Classing.code)).one()
    at = f"/api/v1/classings/{code}"
    answer = client.get(at).json
    assert (answer["keys"], answer["up"], answer["is_undone"]) == (1, 1, False)
    assert client.post(f"{at}/undo").json["is_undone"] is True
    assert stages_now(session) == {Stage.TOFU}
    assert client.post(f"{at}/undo").status_code == 409
    for unknown in ("/api/v1/classings/x", "/api/v1/classings/x/undo"):
        method = client.post if unknown.endswith("undo") else client.get
        assert method(unknown).status_code == 404


def test_what_is_unknown_is_not_there(client, house):
    assert client.get(f"{ITEMS}/nobody").status_code == 404
    assert client.patch(f"{ITEMS}/nobody", json={"kind": "nonsense"}).status_code == 404
    for act in ("put-under", "take-out"):
        assert client.post(f"{ITEMS}/nobody/{act}", json={}).status_code == 404


@pytest.mark.parametrize("role", [Role.REP, Role.VIEWER])
def test_others_read_and_change_nothing(client, session, house, role):
    code = code_of(session, "/report/a")
    pattern = client.post(PATTERNS, json=REPORTS).json["pattern"]["code"]
    look_again(session)
    act = session.scalars(select(Classing.code)).first()
    log_in(client, role, house.workspace)
    for path in (ITEMS, f"{ITEMS}/{code}", PATTERNS, f"/api/v1/classings/{act}"):
        answer = client.get(path)
        assert answer.status_code == 200 and '"id"' not in answer.text
    for path in (ITEMS, f"{ITEMS}/{code}/put-under", f"{ITEMS}/{code}/take-out", PATTERNS,
                 f"{PATTERNS}/weigh", f"/api/v1/classings/{act}/undo"):  # fmt: skip
        assert client.post(path, json={}).status_code == 403
    assert client.patch(f"{ITEMS}/{code}", json={}).status_code == 403
    assert client.delete(f"{PATTERNS}/{pattern}").status_code == 403
