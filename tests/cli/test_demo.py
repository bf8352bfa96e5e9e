"""`tracker demo`."""

import json

import pytest

from tracker.demo.fill import PASSWORD, TEAM


@pytest.fixture
def filled(tracker):
    return tracker("demo", "--no-serve", "--leads", 50)


def test_demo_says_who_can_log_in(filled):
    assert filled.exit_code == 0
    assert all(email in filled.output for email, _, _ in TEAM)
    assert PASSWORD in filled.output


def test_a_second_run_keeps_the_data(tracker, filled):
    before = json.loads(tracker("stats", "--json").stdout)
    again = tracker("demo", "--no-serve", "--leads", 60, "--seed", 8)
    assert again.exit_code == 0
    assert json.loads(tracker("stats", "--json").stdout) == before


def test_what_the_demo_shows_agrees_with_its_touches(tracker, filled):
    assert tracker("verify").exit_code == 0


def test_demo_lets_people_in(app, client, tracker, filled):
    page = client.get("/login").text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    answer = client.post(
        "/login", data={"csrf_token": token, "email": TEAM[0][0], "password": PASSWORD}
    )
    assert answer.status_code == 302


def test_demo_leaves_a_workspace_in_use_alone(tracker, house):
    refused = tracker("demo", "--no-serve")
    assert refused.exit_code == 2
    assert "in use" in refused.output


@pytest.mark.parametrize("bind", ["0.0.0.0:8000", "[::]:8000", "192.0.2.1:80"])
def test_demo_listens_on_this_machine_only(tracker, bind):
    assert tracker("demo", "--bind", bind).exit_code == 2
