"""How well somebody fits: who they are, whatever they did."""

import pytest

from tracker.stages.domain import FitField, FitRule, FitRules, Grade
from tracker.stages.fit import Facts, FitLine, country_of, fit_of, fold

VP = FitRule(field=FitField.TITLE, any_of=("vp", "head of"), points=30)
STUDENT = FitRule(field=FitField.TITLE, any_of=("student",), points=-20)
SIZE = FitRule(field=FitField.EMPLOYEES, at_least=50, at_most=500, points=25)
SOFTWARE = FitRule(field=FitField.INDUSTRY, any_of=("Software", "IT services"), points=20)
NEAR = FitRule(field=FitField.COUNTRY, any_of=("DE", "Poland"), points=10)
RULES = FitRules(
    rules=(VP, STUDENT, SIZE, SOFTWARE, NEAR), grades={Grade.A: 80, Grade.B: 50, Grade.C: 20}
)

TITLES = [
    ("VP Marketing", 30),
    ("vp, marketing", 30),
    ("V.P. of Marketing", 30),
    ("Deputy VP", 30),
    ("Head  of\tService", 30),
    ("MVP builder", 0),
    ("Overhead of costs", 0),
    ("Working student, head of café", 10),
]
FACTS = [
    (Facts(employees=49), 0),
    (Facts(employees=50), 25),
    (Facts(employees=500), 25),
    (Facts(employees=501), 0),
    (Facts(employees=0), 0),
    (Facts(industry="software"), 20),
    (Facts(industry="IT-Services"), 20),
    (Facts(industry="Software testing"), 0),
    (Facts(country="Germany"), 10),
    (Facts(country="Deutschland"), 10),
    (Facts(country="deu"), 10),
    (Facts(country="PL"), 10),
    (Facts(country="France"), 0),
]


@pytest.mark.parametrize(("title", "points"), TITLES)
def test_a_title_is_met_from_the_start_of_a_word(title, points):
    assert fit_of(RULES, Facts(title=title)).points == points


@pytest.mark.parametrize(("facts", "points"), FACTS)
def test_a_fact_is_worth_what_its_rule_says(facts, points):
    assert fit_of(RULES, facts).points == points


@pytest.mark.parametrize(
    ("facts", "grade"),
    [
        (Facts(title="VP", employees=80, industry="Software", country="Poland"), Grade.A),
        (Facts(title="VP", industry="Software"), Grade.B),
        (Facts(industry="Software"), Grade.C),
        (Facts(country="Poland"), None),
        (Facts(), None),
    ],
)
def test_a_grade_is_earned_by_points(facts, grade):
    assert fit_of(RULES, facts).grade is grade


def test_the_receipt_says_what_gave_what_and_what_is_unknown():
    fit = fit_of(RULES, Facts(title="VP Student Affairs", country="France"))
    assert fit.lines == (
        FitLine(field=FitField.TITLE, value="VP Student Affairs", rule=VP),
        FitLine(field=FitField.TITLE, value="VP Student Affairs", rule=STUDENT),
        FitLine(field=FitField.EMPLOYEES, value=None),
        FitLine(field=FitField.INDUSTRY, value=None),
        FitLine(field=FitField.COUNTRY, value="France"),
    )
    assert fit.points == sum(line.points for line in fit.lines) == 10


def test_what_no_rule_asks_for_stands_on_no_receipt():
    only = FitRules(rules=(SIZE,), grades=RULES.grades)
    fields = [line.field for line in fit_of(only, Facts(title="VP")).lines]
    assert fields == [FitField.EMPLOYEES]


def test_a_model_without_rules_about_fit_grades_nobody():
    fit = fit_of(FitRules(), Facts(title="VP"))
    assert (fit.points, fit.grade, fit.lines) == (0, None, ())


@pytest.mark.parametrize(
    ("said", "code"),
    [("UK", "GB"), ("U.S.", "US"), ("United States of America", "US"), ("the Netherlands", "NL"),
     ("Polska", "PL"), ("Narnia", "narnia"), ("001", "001")],
)  # fmt: skip
def test_a_country_is_known_by_its_names_and_codes(said, code):
    assert country_of(said) == code


def test_folding_leaves_words():
    assert fold("  Ödön  GROẞ-Händler ") == "odon gross handler"
