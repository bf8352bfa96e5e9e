"""What is wrong with rules about fit is said at its field."""

import pytest

from tracker.stages.checks import faults_of
from tracker.stages.documents import DEFAULT, dump, from_yaml, parse, to_yaml
from tracker.stages.domain import FitField, Grade

GRADES = {"A": 80, "B": 50, "C": 20}
TITLE = {"field": "title", "any_of": ["vp"], "points": 30}
SIZE = {"field": "employees", "at_least": 50, "points": 20}
GOOD = {"rules": [TITLE, SIZE], "grades": GRADES}


def fit(*rules, **grades):
    return {"rules": list(rules), "grades": GRADES | grades}


FAULTS = [
    ([], "fit", "must have rules and grades"),
    ({"rules": {}, "grades": GRADES}, "fit.rules", "must be a list of rules"),
    (fit(*[TITLE] * 101), "fit.rules", "must be at most 100 rules, not 101"),
    (GOOD | {"weight": 1}, "fit.weight", "there is no such field"),
    (fit(7), "fit.rules[0]", "must be a table of fields"),
    (fit(TITLE | {"field": "shoe"}), "fit.rules[0].field", "shoe is no fact about a lead"),
    (fit(TITLE | {"points": 1.5}), "fit.rules[0].points", "must be a whole number"),
    (fit(TITLE | {"points": 1001}), "fit.rules[0].points", "must be from -1000 to 1000"),
    (fit(TITLE | {"any_of": []}), "fit.rules[0].any_of", "must be a list of 1 to 100 texts"),
    (fit(TITLE | {"any_of": "vp"}), "fit.rules[0].any_of", "must be a list of 1 to 100 texts"),
    (fit(TITLE | {"any_of": ["vp", 7]}), "fit.rules[0].any_of", "must be some text"),
    (fit(TITLE | {"any_of": ["--"]}), "fit.rules[0].any_of", "-- has neither letter nor digit"),
    (fit(TITLE | {"at_most": 5}), "fit.rules[0].at_most", "is asked of employees only"),
    (fit(SIZE | {"any_of": ["x"]}), "fit.rules[0].any_of", "employees are asked by number"),
    (fit(SIZE | {"at_least": None}), "fit.rules[0].at_least",
     "must say at least or at most how many"),
    (fit(SIZE | {"at_most": 49}), "fit.rules[0].at_most", "must not be below 50"),
    (fit(SIZE | {"at_least": -1}), "fit.rules[0].at_least", "must be from 0 to 10000000"),
    ({"rules": []}, "fit.grades", "must say from how many points A, B and C are given"),
    (fit(D=1), "fit.grades.D", "there is no such field"),
    (fit(C=0), "fit.grades.C", "must be from 1 to 1000"),
    (fit(B=80), "fit.grades.A", "must be above B"),
    (fit(C=50), "fit.grades.B", "must be above C"),
    (fit(A=float("nan")), "fit.grades.A", "must be a whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "field", "reason"), FAULTS)
def test_a_fault_is_said_at_its_field(raw, field, reason):
    assert faults_of(DEFAULT | {"fit": raw}) == {field: reason}


def test_rules_about_fit_go_into_the_model_and_through_yaml():
    document = dump(DEFAULT | {"fit": GOOD})
    model = parse(document, version=1)
    assert [rule.field for rule in model.fit.rules] == [FitField.TITLE, FitField.EMPLOYEES]
    assert model.fit.grades[Grade.B] == 50
    assert from_yaml(to_yaml(document)) == document
