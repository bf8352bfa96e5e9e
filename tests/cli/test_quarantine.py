"""`tracker quarantine`: list, judge again, delete."""

import json
from datetime import timedelta

import pytest

from tests.builders import NOON, make_house
from tracker.collector import kept
from tracker.collector import service as collector
from tracker.collector.domain import Delivery, DropReason, Outcome, Reject

GOOD = {"type": "track", "event": "Demo Requested", "userId": "4711"}


def put_aside(session, house, message, *, reason=DropReason.UNKNOWN_TYPE, at=NOON):
    place = {"workspace_id": house.workspace.id, "site_id": house.site.id}
    body, again = kept.of_message(message, Delivery(**place, received_at=at, context={}))
    reject = Reject(**place, received_at=at, reason=reason, body=body, again=again)
    collector.keep(session, [reject])
    key = (*place.values(), Outcome.QUARANTINED, reason.value)
    collector.count(session, {key: 1}, writer=0, now=at)
    session.commit()


@pytest.fixture
def aside(session, house):
    """Put three messages aside: a good one, one without a type, and one of the day before."""
    put_aside(session, house, GOOD)
    put_aside(session, house, {"type": "?"})
    put_aside(session, house, {}, reason=DropReason.BAD_TIME, at=NOON - timedelta(days=1))


def told(result):
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def listed(tracker, *choice):
    return told(tracker("quarantine", "list", "--json", *choice))


def test_it_lists_the_newest_first_with_the_reason(tracker, house, aside):
    found = listed(tracker, "--limit", 2)
    assert (found["total"], [item["reason"] for item in found["items"]]) == (
        3,
        2 * ["unknown_type"],
    )
    assert found["items"][1]["site"] == "Web"
    assert json.loads(found["items"][1]["body"]) == GOOD
    assert tracker("quarantine", "list").output.endswith("3 of 3 in quarantine\n")


@pytest.mark.parametrize(
    ("choice", "number"),
    [
        (["--reason", "bad_time"], 1),
        (["--before", "2026-03-04"], 1),
        (["--site", "Web"], 3),
        (["--code", "no-such-code"], 0),
    ],
)
def test_every_choice_narrows(tracker, house, aside, choice, number):
    assert listed(tracker, *choice)["total"] == number


def test_replay_takes_in_what_is_good_now_and_leaves_the_rest(tracker, house, aside):
    assert told(tracker("quarantine", "replay", "--json")) == {
        "accepted": 1, "duplicate": 0, "quarantined": 2, "refused": 0, "cut": 0,
    }  # fmt: skip
    assert listed(tracker)["total"] == 2
    hits = told(tracker("stats", "--json"))["hits"]
    assert (hits["received"], hits["accepted"], hits["quarantined"]) == (3, 1, 2)


def test_replay_goes_on_batch_by_batch(tracker, house, aside, monkeypatch):
    monkeypatch.setattr("tracker.cli.quarantine.BATCH", 1)
    assert told(tracker("quarantine", "replay", "--json"))["quarantined"] == 2


def test_delete_takes_what_is_meant(tracker, house, aside):
    code = listed(tracker)["items"][0]["code"]
    assert told(tracker("quarantine", "delete", "--json", "--code", code)) == {"deleted": 1}
    assert told(tracker("quarantine", "delete", "--json", "--reason", "bad_time")) == {"deleted": 1}
    assert listed(tracker)["total"] == 1
    assert told(tracker("stats", "--json"))["hits"]["quarantined"] == 3


def test_delete_goes_on_until_nothing_is_left(tracker, house, aside, monkeypatch):
    monkeypatch.setattr("tracker.cli.quarantine.DELETED", 2)
    assert tracker("quarantine", "delete", "--all").output == "deleted 3\n"


def test_delete_does_not_guess_that_all_is_meant(tracker, house, aside):
    for words in ([], ["--all", "--reason", "bad_time"]):
        assert tracker("quarantine", "delete", *words).exit_code == 2
    assert tracker("quarantine", "delete", "--all").output == "deleted 3\n"


@pytest.mark.parametrize("words", [["--reason", "x"], ["--site", "x"], ["--before", "soon"]])
def test_a_choice_that_makes_no_sense_is_told(tracker, house, words):
    for command in ("list", "replay", "delete"):
        assert tracker("quarantine", command, *words).exit_code == 2


def test_other_workspaces_keep_theirs(tracker, session, house, aside):
    other = make_house(session, "Other")
    put_aside(session, other, GOOD)
    assert tracker("quarantine", "list").exit_code == 2
    told(tracker("quarantine", "delete", "--json", "--all", "--workspace", house.workspace.code))
    assert listed(tracker, "--workspace", other.workspace.code)["total"] == 1
