"""Stage models in JSON and in YAML."""

import json

import pytest

from tracker.errors import Invalid
from tracker.stages.documents import DEFAULT, default_document, dump, from_yaml, parse, to_yaml
from tracker.touches.domain import ContentKind as Kind


def test_yaml_there_and_back_is_the_same_document():
    assert from_yaml(to_yaml(default_document())) == default_document()


def test_yaml_begins_with_what_the_stages_mean():
    assert to_yaml(default_document()).startswith("stages:\n  tofu:\n    name: TOFU\n")


@pytest.mark.parametrize(
    "text",
    [
        "", "[", "rules: *nobody", "!!python/object/apply:os.system [echo]", "[" * 50_000,
        "x" * 200_000, "a: 9999-99-99", "? [a]\n: b", "a: &a [*a]\nrules: *a",
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused_whatever_it_is(text):
    with pytest.raises(Invalid):
        from_yaml(text)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "null", '{"points": NaN}'])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(Invalid):
        parse(text, version=1)


def test_unreadable_yaml_says_in_which_line():
    with pytest.raises(Invalid, match="line 2"):
        from_yaml("stages: {}\nrules: [")


def test_the_message_names_the_first_fault_and_the_fields_all():
    with pytest.raises(Invalid, match="half_life_days must be from 1 to 3650, and 1 more") as no:
        dump(DEFAULT | {"half_life_days": -1, "rules": []})
    assert set(no.value.fields) == {"half_life_days", "rules"}


def test_caps_are_read():
    document = json.dumps(DEFAULT | {"caps": {"page": 5}})
    assert parse(document, version=2).caps == {Kind.PAGE: 5}
