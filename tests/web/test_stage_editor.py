"""The editor of the stage model: a form that means a document, words while it is typed, YAML."""

import json

import pytest

from tests.builders import NOON, make_bofu_lead, make_house
from tests.editing import add_rule, fields, seen_on, sent_by
from tests.people import log_in
from tracker import versions as way
from tracker.stages import versions
from tracker.stages.documents import DEFAULT, default_document, dump, to_yaml
from tracker.stages.domain import Stage
from tracker.touches import titles
from tracker.web.stages import forms
from tracker.workspaces.domain import Role

SEQUENCE = {"id": "s", "stage": "bofu", "within_days": 14, "sequence": [["webinar"], ["pricing"]]}
SCORE = {"id": "p", "stage": "bofu", "from_stage": "mofu", "min_score": 60, "falls_below": 20}
ITEMS = {"id": "i", "stage": "mofu", "kinds": ["page"], "items": ["url:x"], "at_least": 3}
FIT = {
    "rules": [
        {"field": "title", "any_of": ["vp", "head of"], "points": 30},
        {"field": "employees", "at_least": 50, "points": 25},
    ],
    "grades": {"A": 80, "B": 50, "C": 20},
}
FULL = DEFAULT | {
    "rules": [*DEFAULT["rules"], ITEMS, SEQUENCE, SCORE],
    "caps": {"page": 5},
    "half_lives": {"demo": 90},
    "item_points": {"url:x": 7},
    "fit": FIT,
}


@pytest.fixture
def house(session, client):
    found = make_house(session)
    make_bofu_lead(session, found)
    session.commit()
    log_in(client, Role.MARKETER, found.workspace)
    return found


@pytest.fixture
def seen(client, house):
    """Return what the page remembers of the document that it began with."""
    return seen_on(client.get("/stages/edit"))


@pytest.mark.parametrize("raw", [DEFAULT, FULL])
def test_the_form_of_a_model_means_that_model(raw):
    assert dump(forms.read(fields(raw))) == dump(raw)


def test_the_page_of_a_model_sends_that_model_back(client, session, house):
    key = house_item(session, house)
    raw = json.loads(json.dumps(FULL).replace("url:x", key))
    versions.save_draft(session, house.workspace.id, dump(raw))
    session.commit()
    page = client.get("/stages/edit").text
    assert as_meant(forms.read(sent_by(page))) == as_meant(raw)


def as_meant(raw):
    """Return a document that was checked, without the orders that mean nothing."""
    checked = json.loads(dump(raw))
    for rule in checked["rules"]:
        rule["kinds"] = sorted(rule.get("kinds", []))
    checked["rules"].sort(key=lambda rule: list(Stage).index(rule["stage"]))
    return checked


def house_item(session, house):
    """Return the key of an item that the catalogue has."""
    return titles.matching(session, house.workspace.id, "", limit=1)[0].key


def test_a_new_row_becomes_a_rule_with_a_name_of_its_own():
    form = fields()
    add_rule(form, "rules[made1].", "made1", {"stage": "bofu", "min_score": 30})
    assert forms.read(form)["rules"][-1] == {"id": "bofu-rule-1", "stage": "bofu", "min_score": 30}


@pytest.mark.parametrize(
    ("button", "order"),
    [
        ("remove rules 1", "0 2 3 4 5"),
        ("up rules 2", "0 2 1 3 4 5"),
        ("down rules 1", "0 2 1 3 4 5"),
        # Only among the rules of the same stage.
        ("up rules 1", "0 1 2 3 4 5"),
        ("down rules 3", "0 1 2 3 4 5"),
        ("add rules mofu", "0 1 2 3 4 5 new6-mofu"),
        ("up rules 99", "0 1 2 3 4 5"),
        ("shout rules 1", "0 1 2 3 4 5"),
    ],
)
def test_without_script_a_button_moves_a_row(button, order):
    assert forms.act(fields(do=button)).getlist("rules") == order.split()


def test_without_script_a_row_comes_and_nothing_is_saved(client, session, house):
    answer = client.post("/stages/edit", data=fields(do="add rules mofu"))
    assert answer.status_code == 200
    assert "Choose what somebody has to do." in answer.text.partition("<template")[0]
    assert versions.draft_of(session, house.workspace.id) is None


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(client, session, house, seen):
    wrong = {"half_life_days": "-3", "rules[1].within_days": "soon", "fit.rules": "0"}
    wrong |= {"fit.rules[0].field": "title", "fit.rules[0].any_of": "vp", "seen": seen}
    answer = client.post("/stages/edit", data=fields(**wrong))
    assert answer.status_code == 422
    for words in ("must be from 1 to 3650", "must be a whole number", 'value="soon"'):
        assert words in answer.text
    assert "MOFU, rule 1" in answer.text
    assert "Fit, rule 1" in answer.text
    assert 'id="error-rules[1].within_days"' in answer.text
    assert versions.draft_of(session, house.workspace.id) is None


def test_a_draft_is_saved_and_compared(client, session, house, seen):
    answer = client.post("/stages/edit", data=fields(FULL_WITHOUT_ITEMS, seen=seen))
    assert answer.location == "/stages/draft"
    draft = versions.draft_of(session, house.workspace.id)
    assert (draft.document, draft.work) == (dump(FULL_WITHOUT_ITEMS), "compare")


FULL_WITHOUT_ITEMS = {name: part for name, part in FULL.items() if name != "item_points"} | {
    "rules": [*DEFAULT["rules"], SEQUENCE, SCORE]
}


def test_an_item_that_the_catalogue_does_not_have_is_named(client, session, house, seen):
    answer = client.post("/stages/edit", data=fields(FULL, seen=seen))
    assert answer.status_code == 422
    assert 'id="error-rules[6].items"' in answer.text
    assert "url:x is no item of the catalogue" in answer.text
    assert versions.draft_of(session, house.workspace.id) is None


def test_what_somebody_else_saved_meanwhile_is_not_lost_unseen(client, session, house, seen):
    versions.save_draft(session, house.workspace.id, dump(DEFAULT | {"half_life_days": 7}))
    session.commit()
    answer = client.post("/stages/edit", data=fields(half_life_days="90", seen=seen))
    assert answer.status_code == 409
    assert "Somebody else has saved the draft" in answer.text
    assert 'value="90"' in answer.text
    again = client.post("/stages/edit", data=fields(half_life_days="90", seen=seen_on(answer)))
    assert again.location == "/stages/draft"


def test_rules_go_out_and_in_as_yaml(client, session, house, seen):
    text = client.get("/stages/yaml?version=1").text
    assert text == to_yaml(default_document())
    assert text.partition("\n")[0] in client.get("/stages/edit/yaml").text
    changed = text.replace("half_life_days: 30", "half_life_days: 60")
    sent = {"yaml": changed.replace("\n", "\r\n"), "seen": seen}
    assert client.post("/stages/edit/yaml", data=sent).location == "/stages/draft"
    assert '"half_life_days":60' in versions.draft_of(session, house.workspace.id).document


def test_a_fault_in_yaml_is_said_with_its_line(client, house, seen):
    text = to_yaml(default_document()).replace("half_life_days: 30", "half_life_days: soon")
    line = text.split("\n").index("half_life_days: soon") + 1
    page = client.post("/stages/edit/yaml", data={"yaml": text, "seen": seen}).text
    assert f'data-line="{line}"' in page
    assert "<pre><code>half_life_days: soon</code></pre>" in page


@pytest.mark.parametrize("text", ["", "[", "rules: []", "x" * 200_000, "a: \x00"])
def test_yaml_that_is_no_model_is_refused(client, house, text):
    assert client.post("/stages/edit/yaml", data={"yaml": text}).status_code == 422


def test_yaml_over_what_somebody_else_saved_is_a_conflict(client, house):
    sent = {"yaml": to_yaml(default_document()), "seen": "of another day"}
    assert client.post("/stages/edit/yaml", data=sent).status_code == 409


@pytest.mark.parametrize(
    ("query", "words", "is_wrong"),
    [
        ("stage=mofu&kinds=survey", "Any survey filled in.", False),
        ("stage=bofu&kinds=pricing&at_least=2&within_days=14&from_stage=mofu",
         "At least 2 times any prices viewed within 14 days by someone already in MOFU.", False),
        ("stage=bofu&form=sequence&sequence=a&sequence=b&sequence[a]=webinar&sequence[b]=pricing"
         "&sequence[b]=demo",
         "First webinar attended, then prices viewed or demo requested.", False),
        ("stage=bofu&form=score&min_score=60&falls_below=20",
         "A score of 60 points or more; under 20 they fall back.", False),
        ("stage=mofu&items=url:nowhere", "“url:nowhere”.", False),
        ("stage=mofu", "Choose what somebody has to do.", True),
        ("stage=bofu&form=sequence&sequence=a", "Choose what belongs to each step.", True),
        ("stage=mofu&kinds=survey&at_least=x", "Not complete yet: must be a whole number.", True),
        ("stage=top&kinds=survey", "Not complete yet: top is no stage.", True),
    ],
)  # fmt: skip
def test_a_rule_is_said_while_it_is_typed(client, house, query, words, is_wrong):
    said = client.get(f"/stages/edit/words?{query}").json
    assert said == {"words": words, "is_wrong": is_wrong}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("field=title&any_of=VP,+head+of&points=30",
         "Job title with “VP” or “head of”: +30 points."),
        ("field=employees&at_least=50&at_most=500&points=-5",
         "Employees 50 to 500: −5 points."),
        ("field=employees&at_most=9&points=1", "Employees 9 or fewer: +1 points."),
        ("field=country&any_of=PL&points=1000", "Country “PL”: +1,000 points."),
        ("field=title&points=3", "Say who gets how many points."),
        ("field=employees&points=3",
         "Not complete yet: must say at least or at most how many."),
    ],
)  # fmt: skip
def test_a_rule_about_fit_is_said_while_it_is_typed(client, house, query, words):
    assert client.get(f"/stages/edit/fit-words?{query}").json["words"] == words


def test_items_are_found_by_what_people_remember(client, session, house):
    key = house_item(session, house)
    found = client.get("/stages/edit/items?q=DEMO").json
    assert [item["key"] for item in found] == [key]
    assert "(Demo request)" in found[0]["title"]
    assert client.get("/stages/edit/items?q=%25").json == []


@pytest.mark.parametrize("path", ["", "/yaml", "/words", "/fit-words", "/items"])
def test_only_who_may_edit_sees_the_editor(client, house, path):
    log_in(client, Role.REP, house.workspace)
    assert client.get(f"/stages/edit{path}").status_code == 403


@pytest.mark.parametrize("path", ["", "/yaml"])
def test_only_who_may_edit_saves(client, house, path):
    log_in(client, Role.VIEWER, house.workspace)
    assert client.post(f"/stages/edit{path}", data=fields()).status_code == 403


def test_the_editor_shows_every_rule(client, house):
    page = client.get("/stages/edit").text.partition("<template")[0]
    assert page.count("Remove this rule") == 2 * len(DEFAULT["rules"])


def test_a_draft_that_came_into_force_is_edited_anew(client, session, house, seen):
    client.post("/stages/edit", data=fields(half_life_days="60", seen=seen))
    session.rollback()
    while way.step(session, now=NOON):
        pass
    session.commit()
    client.post("/stages/publish", data={"version": 2})
    session.rollback()
    while way.step(session, now=NOON):
        pass
    session.commit()
    assert 'value="60"' in client.get("/stages/edit").text
