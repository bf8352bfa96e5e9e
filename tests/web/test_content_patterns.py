"""Patterns on their page: the preview, what they do, what is refused, and undo."""

import pytest
from sqlalchemy import select

from tests.builders import look_again, make_bofu_lead, make_house, record
from tests.people import log_in
from tracker.stages.domain import Stage
from tracker.stages.models import Standing
from tracker.touches.domain import Classed, ContentKind
from tracker.touches.models import Classing, Content, ContentPattern
from tracker.workspaces.domain import Role

REPORTS = {"subject": "address", "text": "/report/*", "kind": "download"}


@pytest.fixture
def house(session, client):
    house = make_house(session)
    for browser in ("a", "b"):
        record(session, house.page(f"/report/{browser}", anonymous_id=browser, title=browser))
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


def stages_now(session):
    look_again(session)
    return set(session.scalars(select(Standing.stage)))


def content_of(session, path):
    look_again(session)
    return session.scalars(select(Content).where(Content.key == f"url:acme.example{path}")).one()


def pattern_of(session):
    look_again(session)
    return session.scalars(select(ContentPattern)).one()


def test_a_preview_says_who_would_move_and_moves_nobody(client, session, house):
    page = client.get("/content/patterns", query_string=REPORTS).text
    assert '<dd class="num" data-sum="up">2</dd>' in page
    assert "Let it decide" in page
    assert stages_now(session) == {Stage.TOFU}
    assert session.scalars(select(ContentPattern)).all() == []


def test_a_pattern_decides_and_can_be_removed(client, session, house):
    client.post("/content/patterns", data=REPORTS)
    assert stages_now(session) == {Stage.MOFU}
    page = client.get("/content/patterns").text
    assert "decides over 2 items now" in page
    assert "2 leads had touched it: 2 moved up, 0 moved down." in page
    row = pattern_of(session)
    asked = client.get(f"/content/patterns/{row.code}").text
    assert '<dd class="num" data-sum="down">2</dd>' in asked
    client.post(f"/content/patterns/{row.code}/remove")
    assert stages_now(session) == {Stage.TOFU}
    assert content_of(session, "/report/a").classed is Classed.GUESSED


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"text": "^/report/.*$"}, "only * is special"),
        ({"text": ""}, "this is empty"),
        ({"text": "*"}, "everything"),
        ({"kind": ""}, "Choose one."),
        ({"subject": "person"}, "Choose one."),
        ({"owner": "nobody"}, "There is nobody of this code."),
    ],
)
def test_a_bad_pattern_is_refused_at_the_field(client, session, house, said, reason):
    for answer in (
        client.get("/content/patterns", query_string=REPORTS | said),
        client.post("/content/patterns", data=REPORTS | said),
    ):
        assert answer.status_code == 422
        assert reason in answer.text
        assert "field-error" in answer.text
    assert session.scalars(select(ContentPattern)).all() == []


def test_everything_that_is_wrong_is_said_at_once(client, house):
    page = client.get("/content/patterns", query_string=REPORTS | {"text": "", "kind": ""}).text
    assert "this is empty" in page and "Choose one." in page


def test_a_pattern_is_there_once(client, session, house):
    client.post("/content/patterns", data=REPORTS)
    again = client.post("/content/patterns", data=REPORTS)
    assert again.status_code == 422
    assert "there is this pattern already" in again.text


def test_the_rest_of_a_preview_is_fetched(client, house):
    query = REPORTS | {"after": "0"}
    answer = client.get("/content/patterns/weigh", query_string=query).json
    assert answer == {"leads": 2, "up": 2, "down": 0, "offers": 0, "next": None}


def test_a_preview_tells_of_open_offers(client, session, house):
    make_bofu_lead(session, house)
    session.commit()
    query = {"subject": "event", "text": "Demo Requested", "kind": "page"}
    page = client.get("/content/patterns", query_string=query).text
    assert '<dd class="num" data-sum="offers">1</dd>' in page


def test_a_pattern_takes_more_in_under_an_item(client, session, house):
    item = content_of(session, "/report/a")
    assert "Take in more under" in client.get(f"/content/patterns?item={item.code}").text
    said = {"subject": "address", "text": "/report/b", "item": item.code}
    client.post("/content/patterns", data=said)
    assert content_of(session, "/report/b").item_id == item.id
    page = client.get(f"/content/{item.code}").text
    assert "url:acme.example/report/b" in page
    assert client.get(f"/content/{content_of(session, '/report/b').code}").location == (
        f"/content/{item.code}"
    )


def test_items_are_made_one_and_taken_out_again(client, session, house):
    one, two = content_of(session, "/report/a"), content_of(session, "/report/b")
    codes = {"item_code": [one.code, two.code]}
    assert "Which one are they?" in client.get("/content/many/together", query_string=codes).text
    client.post("/content/many/together", data=codes | {"item": one.code})
    assert content_of(session, "/report/b").item_id == one.id
    client.post(f"/content/{two.code}/take-out")
    assert content_of(session, "/report/b").item_id is None
    assert client.post(f"/content/{two.code}/take-out").status_code == 409


def test_items_are_made_one_new_item(client, session, house):
    codes = [content_of(session, f"/report/{name}").code for name in "ab"]
    said = {"item_code": codes, "item": "new", "title": "All reports"}
    assert client.post("/content/many/together", data=said | {"title": ""}).status_code == 422
    client.post("/content/many/together", data=said)
    look_again(session)
    item = session.scalars(select(Content).where(Content.key == "item:all-reports")).one()
    assert content_of(session, "/report/a").item_id == item.id


def test_many_are_classed_at_once_and_it_can_be_undone(client, session, house):
    codes = [content_of(session, f"/report/{name}").code for name in "ab"]
    keep = dict.fromkeys(("intended_stage", "purpose", "owner"), "keep")
    said = keep | {"item_code": codes, "kind": "download", "purpose": "prove"}
    client.post("/content/many", data=said)
    assert stages_now(session) == {Stage.MOFU}
    row = session.scalars(select(Classing)).one()
    client.post(f"/content/many/undo/{row.code}")
    assert stages_now(session) == {Stage.TOFU}
    assert content_of(session, "/report/a").kind is ContentKind.PAGE
    assert client.post(f"/content/many/undo/{row.code}").status_code == 409


def test_a_choice_of_nothing_or_of_others_is_refused(client, session, house):
    other = make_house(session, "Other")
    record(session, other.page("/theirs", anonymous_id="x"))
    theirs = session.scalars(select(Content).filter_by(workspace_id=other.workspace.id)).one().code
    session.commit()
    assert client.post("/content/many", data={"kind": "demo"}).status_code == 422
    for said in ({"item_code": theirs, "kind": "demo"}, {"item_code": "nobody", "kind": "demo"}):
        assert client.post("/content/many", data=said).status_code == 404


def test_an_item_is_made_edited_and_let_go(client, session, house):
    said = {"title": "Our prices", "kind": "pricing", "purpose": "convert"}
    made = client.post("/content", data=said)
    page = client.get(made.location).text
    assert "Our prices" in page and "item:our-prices" in page
    assert client.post("/content", data=said).status_code == 422
    assert client.post("/content", data=said | {"title": " "}).status_code == 422
    item = content_of(session, "/report/a")
    edit = {"title": "Report A", "kind": "download", "intended_stage": "mofu", "purpose": "prove"}
    client.post(f"/content/{item.code}", data=edit)
    item = content_of(session, "/report/a")
    assert (item.title, item.classed, item.purpose) == ("Report A", Classed.HAND, "prove")
    client.post(f"/content/{item.code}/let-go")
    item = content_of(session, "/report/a")
    assert (item.kind, item.classed, item.purpose) == (ContentKind.PAGE, Classed.GUESSED, None)
    wrong = client.post(f"/content/{item.code}", data=edit | {"purpose": "sell"})
    assert wrong.status_code == 422 and "field-error" in wrong.text


def test_an_items_page_says_who_touched_it(client, session, house):
    make_bofu_lead(session, house)
    demo = session.scalars(select(Content).where(Content.key.startswith("event:"))).one()
    session.commit()
    page = client.get(f"/content/{demo.code}").text
    assert "ana@firm.example" in page
    assert "ana@firm.example" in client.get(f"/content/{demo.code}/people").text


@pytest.mark.parametrize("role", [Role.REP, Role.VIEWER])
def test_others_read_patterns_and_write_none(client, session, house, role):
    client.post("/content/patterns", data=REPORTS)
    row = pattern_of(session)
    log_in(client, role, house.workspace)
    page = client.get("/content/patterns")
    assert page.status_code == 200 and "/report/*" in page.text
    assert "Let it decide" not in page.text
    assert client.post("/content/patterns", data=REPORTS).status_code == 403
    assert client.post(f"/content/patterns/{row.code}/remove").status_code == 403
    assert client.post("/content/many", data={}).status_code == 403


@pytest.mark.parametrize(
    "query", ["purpose=prove", "stage=mofu&unclassed=1", "owner=nobody", "sort=touches&purpose=%25"]
)
def test_any_filter_of_the_catalogue_gives_a_page(client, house, query):
    assert client.get(f"/content?{query}").status_code == 200
