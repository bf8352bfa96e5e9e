"""The editor of the stage model: rows to rules, who would move, publish, and back."""

import json

import pytest
from werkzeug.datastructures import MultiDict

from tests.builders import NOON, make_bofu_lead, make_house
from tests.people import log_in
from tracker import versions as way
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.documents import DEFAULT, default_document, dump, to_yaml
from tracker.web.stages import forms
from tracker.workspaces.domain import Role


def fields(raw=DEFAULT, **changes):
    """Return the form of a document as a browser would send it, with some fields changed."""
    form = MultiDict({"count": str(len(raw["rules"]) + 2)})
    for number, rule in enumerate(raw["rules"]):
        for name, value in rule.items():
            form.setlist(f"rules[{number}].{name}", value if isinstance(value, list) else [value])
    for table in ("points", "caps"):
        form.update({f"{table}.{kind}": str(worth) for kind, worth in raw.get(table, {}).items()})
    for stage, words in raw["stages"].items():
        form.update({f"stages.{stage}.{name}": text for name, text in words.items()})
    form.update({"half_life_days": "30", "dormant_after_days": "180"})
    for name, value in changes.items():
        form[name] = value
    return form


@pytest.fixture
def house(session, client):
    found = make_house(session)
    make_bofu_lead(session, found)
    session.commit()
    log_in(client, Role.MARKETER, found.workspace)
    return found


def finish(session):
    session.rollback()
    while way.step(session, now=NOON):
        pass
    session.commit()


def test_the_form_of_a_model_means_that_model():
    form = fields()
    text = MultiDict((key, str(value)) for key, value in form.items(multi=True))
    assert json.loads(dump(forms.read(text))) == {**json.loads(default_document()), "caps": {}}


def test_a_new_row_becomes_a_rule_with_a_name_of_its_own():
    number = len(DEFAULT["rules"])
    form = fields(**{f"rules[{number}].stage": "bofu", f"rules[{number}].min_score": "30"})
    assert forms.read(form)["rules"][-1] == {"id": "bofu-rule-1", "stage": "bofu", "min_score": 30}


def test_a_rule_is_removed():
    form = fields(**{"rules[0].remove": "1"})
    assert [rule["id"] for rule in forms.read(form)["rules"]] == [
        rule["id"] for rule in DEFAULT["rules"][1:]
    ]


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(client, session, house):
    form = fields(half_life_days="-3", **{"rules[1].within_days": "soon"})
    answer = client.post("/stages/edit", data=form)
    assert answer.status_code == 422
    assert "must be from 1 to 3650" in answer.text
    assert "must be a whole number" in answer.text
    assert 'value="soon"' in answer.text
    assert versions.draft_of(session, house.workspace.id) is None


def test_a_marketer_edits_sees_who_would_move_publishes_and_goes_back(client, session, house):
    form = fields(**{"rules[4].from_stage": "mofu"})
    assert client.post("/stages/edit", data=form).location == "/stages/draft"
    finish(session)
    page = client.get("/stages/draft").text
    assert "ana@firm.example" in page
    assert "ana@firm.example" in client.get("/stages/draft/leads?from=bofu&to=").text
    assert "1 open offer is withdrawn" in page
    client.post("/stages/publish", data={"version": 2})
    assert "Being published" in client.get("/stages").text
    finish(session)
    assert stages.active(session, house.workspace.id)[1].version == 2
    assert "/stages/draft?version=1" in client.get("/stages").text
    client.post("/stages/publish", data={"version": 1})
    finish(session)
    assert stages.active(session, house.workspace.id)[1].version == 1


def test_rules_go_out_and_in_as_yaml(client, session, house):
    text = client.get("/stages/yaml?version=1").text
    assert text == to_yaml(default_document())
    changed = text.replace("half_life_days: 30", "half_life_days: 60")
    assert client.post("/stages/yaml", data={"yaml": changed}).location == "/stages/draft"
    assert '"half_life_days":60' in versions.draft_of(session, house.workspace.id).document


@pytest.mark.parametrize("text", ["", "[", "rules: []", "x" * 200_000])
def test_yaml_that_is_no_model_is_refused(client, house, text):
    assert client.post("/stages/yaml", data={"yaml": text}).status_code == 422


def test_a_draft_is_thrown_away(client, session, house):
    client.post("/stages/edit", data=fields())
    client.post("/stages/draft/discard")
    assert versions.draft_of(session, house.workspace.id) is None
    assert client.get("/stages/draft").status_code == 404


@pytest.mark.parametrize("version", ["", "7", "-1", "x", "9" * 30])
def test_a_version_that_does_not_exist_is_not_published(client, house, version):
    assert client.post("/stages/publish", data={"version": version}).status_code == 404


def test_a_viewer_may_look_and_not_edit(client):
    log_in(client, Role.VIEWER)
    assert "Edit the rules" not in client.get("/stages").text
    assert client.get("/stages/edit").status_code == 403


def test_the_editor_shows_every_rule(client, house):
    page = client.get("/stages/edit").text
    assert page.count("Remove this rule") == len(DEFAULT["rules"])
