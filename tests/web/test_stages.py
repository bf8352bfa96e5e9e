"""The stage model and the glossary in words."""

import pytest

from tests.builders import NOON, make_bofu_lead, make_house
from tests.people import log_in
from tracker import versions as way
from tracker.stages import versions
from tracker.stages.documents import DEFAULT, default_document, dump, parse
from tracker.stages.domain import Rule, Stage
from tracker.touches.domain import ContentKind as Kind
from tracker.web.stages.changes import changes
from tracker.web.stages.rules import default_meaning, rule_words
from tracker.workspaces.domain import Role

SENTENCES = [
    (Rule(id="r", stage=Stage.MOFU, kinds=frozenset({Kind.WEBINAR})), "Any webinar attended."),
    (
        Rule(
            id="r",
            stage=Stage.BOFU,
            kinds=frozenset({Kind.PRICING, Kind.CASE_STUDY}),
            from_stage=Stage.MOFU,
        ),
        "Any case study viewed or prices viewed by someone already in MOFU.",
    ),
    (
        Rule(id="r", stage=Stage.BOFU, kinds=frozenset({Kind.PRICING}), at_least=2, within_days=14),
        "At least 2 times any prices viewed within 14 days.",
    ),
    (Rule(id="r", stage=Stage.MOFU, min_score=30), "A score of 30 points or more."),
]


@pytest.mark.parametrize(("rule", "sentence"), SENTENCES)
def test_a_rule_is_a_sentence(app, rule, sentence):
    with app.test_request_context():
        assert rule_words(rule) == sentence


@pytest.mark.parametrize("stage", list(Stage))
def test_our_own_meanings_can_be_translated_and_others_stay(app, stage):
    ours = parse(default_document(), version=1).meanings[stage]
    with app.test_request_context():
        assert default_meaning(stage, ours) == ours
        assert default_meaning(stage, "Warm") == "Warm"


def test_the_page_shows_rules_points_and_how_many_stand_where(client, session):
    house = make_house(session)
    make_bofu_lead(session, house)
    session.commit()
    log_in(client, Role.VIEWER, house.workspace)
    page = client.get("/stages").text
    assert "Any demo requested." in page
    assert "/leads?stage=bofu" in page
    assert "1 lead here" in page
    assert "30 days" in page


def test_the_glossary_keeps_funnel_pipeline_and_process_apart(client):
    log_in(client, Role.REP)
    page = client.get("/help").text
    for word in ("Funnel", "Pipeline", "Sales process", "TOFU", "MQL", "SAL", "SQL"):
        assert word in page


def test_a_version_says_what_it_changed_and_who_published_it(client, session):
    house = make_house(session)
    raw = DEFAULT | {"half_life_days": 60, "rules": DEFAULT["rules"][1:]}
    raw |= {"points": DEFAULT["points"] | {"pricing": 25}}
    versions.save_draft(session, house.workspace.id, dump(raw))
    session.commit()
    member = log_in(client, Role.MARKETER, house.workspace)
    client.post("/stages/publish", data={"version": 2})
    session.rollback()
    while way.step(session, now=NOON):
        pass
    session.commit()
    page = client.get("/stages/version?version=2").text
    assert member.user.name in page
    said = page.partition('id="changes"')[2].partition("</section>")[0]
    for words in ("Half-life in days", "Points for: Pricing", "Rule into TOFU", "taken away"):
        assert words in said
    assert "Rule into MOFU" not in said
    assert member.user.name in client.get("/stages").text


def test_a_version_beside_itself_or_alone_has_nothing_to_say(client, session):
    house = make_house(session)
    session.commit()
    log_in(client, Role.VIEWER, house.workspace)
    assert 'id="changes"' not in client.get("/stages/version?version=1").text
    for number in ("7", "-1", "x", "9" * 30):
        assert client.get(f"/stages/version?version={number}").status_code == 404


def test_everything_that_reads_otherwise_is_said(app):
    fit = {
        "rules": [{"field": "title", "any_of": ["vp"], "points": 30}],
        "grades": {"A": 80, "B": 50, "C": 20},
    }
    new = DEFAULT | {
        "stages": DEFAULT["stages"] | {"tofu": {"name": "Cold", "meaning": "New here."}},
        "caps": {"page": 5},
        "half_lives": {"demo": 90},
        "item_points": {"url:x": 7},
        "dormant_after_days": 90,
        "fit": fit,
    }
    old_model, new_model = (parse(dump(raw), version=1) for raw in (DEFAULT, new))
    with app.test_request_context():
        told = {c.place: (c.before, c.after) for c in changes(old_model, new_model, {"url:x": "X"})}
        assert changes(new_model, new_model, {}) == []
    assert told == {
        "Name of TOFU": ("TOFU", "Cold"),
        "What TOFU means": (DEFAULT["stages"]["tofu"]["meaning"], "New here."),
        "Cap of: Page": ("", "5"),
        "Half-life of: Demo request": ("", "90"),
        "Points for: “X”": ("", "7"),
        "Dormant after days": ("180", "90"),
        "Rule about fit": ("", "Job title with “vp”: +30 points."),
        "Points for the grade A": ("", "80"),
        "Points for the grade B": ("", "50"),
        "Points for the grade C": ("", "20"),
    }
