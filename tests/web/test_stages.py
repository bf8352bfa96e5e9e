"""The stage model and the glossary in words."""

import pytest

from tests.builders import make_bofu_lead, make_house
from tests.people import log_in
from tracker.stages.documents import default_document, parse
from tracker.stages.domain import Rule, Stage
from tracker.touches.domain import ContentKind as Kind
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
