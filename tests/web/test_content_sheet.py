"""The catalogue's file on its page: out, looked at, brought back."""

import html
import io
import re

import pytest
from sqlalchemy import select

from tests.builders import look_again, make_house, record
from tests.people import log_in
from tracker.stages.domain import Stage
from tracker.stages.models import Standing
from tracker.touches.models import Classing, Content
from tracker.web.content.sheet import MOST_TEXT
from tracker.workspaces.domain import Role

REPORT = "acme.example/report"


@pytest.fixture
def house(session, client):
    house = make_house(session)
    record(session, house.page("/report", anonymous_id="a", title="=Report & more"))
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


def send(client, *lines, path="/content/sheet"):
    text = "\n".join(lines).encode()
    return client.post(path, data={"file": (io.BytesIO(text), "catalogue.csv")})


def put(client, *lines):
    return client.post("/content/sheet/classed", data={"name": "x.csv", "text": "\n".join(lines)})


def stage_now(session):
    look_again(session)
    return session.scalars(select(Standing.stage)).one()


def test_the_catalogue_goes_out_as_a_file(client, house):
    answer = client.get("/content/sheet/catalogue.csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert answer.mimetype == "text/csv"
    assert lines[0].startswith("key,item,title,kind,stage,purpose,owner,")
    assert f"url:{REPORT},,'=Report & more,page," in lines[1]


def test_a_file_is_looked_at_and_moves_nobody(client, session, house):
    page = send(client, "key,kind", f"{REPORT},download")
    assert page.status_code == 200
    assert '<dd class="num" data-sum="up">1</dd>' in page.text
    assert "Class them so" in page.text
    assert stage_now(session) is Stage.TOFU
    assert session.scalars(select(Classing)).all() == []


def test_a_file_that_is_taken_over_tells_histories_again(client, session, house):
    answer = put(client, "key,kind", f"{REPORT},download")
    assert answer.status_code == 302
    assert stage_now(session) is Stage.MOFU
    page = client.get("/content/patterns").text
    assert "1 item is what the file says. 1 lead had touched it: 1 moved up, 0 moved down." in page


def test_titles_are_counted_and_are_said_not_to_be_undone(client, session, house):
    preview = send(client, "key,title", f"{REPORT},A report").text
    assert "1 title would be new; to undo the file later does not bring it back." in preview
    answer = put(client, "key,title", f"{REPORT},A report")
    assert answer.location == "/content/sheet"
    page = client.get("/content/sheet").text
    assert "1 title is new." in page
    assert "items are what the file says" not in page
    assert session.scalars(select(Classing)).all() == []


def test_a_file_that_is_taken_over_twice_says_that_nothing_is_new(client, session, house):
    put(client, "key,kind", f"{REPORT},download")
    put(client, "key,kind", f"{REPORT},download")
    assert "every line says what stands already" in client.get("/content/sheet").text
    assert len(session.scalars(select(Classing)).all()) == 1


def test_a_line_that_is_wrong_is_shown_and_nothing_is_offered(client, session, house):
    page = send(client, "key,kind", f"{REPORT},<b>", "acme.example/none,page")
    assert page.status_code == 422
    assert "2 lines are wrong, so nothing is taken over" in page.text
    assert "&lt;b&gt;" in page.text
    assert "The catalogue has no such key" in page.text
    assert "Class them so" not in page.text


@pytest.mark.parametrize("sent", [b"", b"\xff\xfe", b"title\nx", b'key\n"a', b"key,key\na,b"])
def test_what_is_no_file_of_the_catalogue_is_refused_at_the_field(client, house, sent):
    answer = client.post("/content/sheet", data={"file": (io.BytesIO(sent), "x.csv")})
    assert answer.status_code == 422
    assert "field-error" in answer.text


def test_without_a_file_the_page_asks_for_one(client, house):
    answer = client.post("/content/sheet", data={})
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)


def test_a_file_that_says_nothing_new_says_so(client, house):
    assert "every line says what stands already" in send(client, "key,kind", f"{REPORT},page").text


def test_what_has_changed_since_the_look_is_not_taken_over(client, session, house):
    answer = put(client, "key,kind", "acme.example/gone,download")
    assert answer.status_code == 422
    assert "changed since" in answer.text
    assert session.scalars(select(Classing)).all() == []


def test_more_leads_are_weighed_by_what_the_form_holds(client, house):
    data = {"text": f"key,kind\n{REPORT},download"}
    first = client.post("/content/sheet/weigh", data=data).json
    assert (first["leads"], first["up"], first["next"]) == (1, 1, None)
    assert client.post("/content/sheet/weigh?after=999999", data=data).json["leads"] == 0


@pytest.mark.parametrize("role", [Role.REP, Role.VIEWER])
def test_others_take_the_file_out_and_bring_none_back(client, house, role):
    log_in(client, role, house.workspace)
    assert "Bring a file back" not in client.get("/content/sheet").text
    assert client.get("/content/sheet/catalogue.csv").status_code == 200
    assert send(client, "key", REPORT).status_code == 403


@pytest.fixture
def many(session, house):
    session.add_all(
        Content(workspace_id=house.workspace.id, key=f"item:{number}", kind="page")
        for number in range(1500)
    )
    session.commit()


@pytest.mark.parametrize("title", ["long " * 59, "долго " * 29])
def test_a_file_as_large_as_this_is_cut_up(client, many, title):
    answer = send(client, "key,title", *(f"item:{n},{title}{n}" for n in range(1500)))
    assert answer.status_code == 422
    assert "cut the file up" in answer.text


def test_what_is_just_not_too_large_is_weighed_as_the_script_sends_it_and_taken(client, many):
    page = send(client, "key,title", *(f"item:{n},{'долго ' * 22}{n}" for n in range(1500))).text
    text = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])
    assert 350_000 < len(text.encode()) < MOST_TEXT
    sent = {"name": "x.csv", "text": text}
    weighed = client.post("/content/sheet/weigh", data=sent, content_type="multipart/form-data")
    assert weighed.status_code == 200
    client.post("/content/sheet/classed", data=sent)
    assert "1500 titles are new." in client.get("/content/sheet").text.replace(",", "")
