"""The settings: name, zone and currency, API tokens, audit."""

import re

import pytest

from tests.people import log_in
from tracker.workspaces.domain import Role

PLACE = {"name": "Acme Ltd", "zone": "Europe/Warsaw", "currency": "PLN"}


def test_an_owner_changes_the_workspace(client):
    log_in(client)
    assert client.post("/settings", data=PLACE).status_code == 302
    page = client.get("/settings").text
    assert "Acme Ltd" in page
    assert '<option value="Europe/Warsaw" selected>' in page
    assert '<option value="PLN" selected>' in page


def test_an_owner_says_whose_mail_is_everybodys(client):
    log_in(client)
    client.post("/settings", data={**PLACE, "free_mail": "@Club.example"})
    assert ">club.example</textarea>" in client.get("/settings").text
    assert "free mail: club.example" in client.get("/settings/audit").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("free_mail", "ana@mail.example"),
        ("company_mail", "nothing"),
        ("zone", "../../etc/localtime"),
        ("zone", "UTC'||(select 1)||'"),
        ("currency", "EURO"),
        ("currency", "€€€"),
    ],
)
def test_a_wrong_setting_is_named_and_changes_nothing(client, field, value):
    log_in(client)
    answer = client.post("/settings", data={**PLACE, field: value})
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text
    assert "Acme Ltd" not in client.get("/settings").text


@pytest.mark.parametrize("role", [Role.MARKETER, Role.REP, Role.VIEWER])
@pytest.mark.parametrize("path", ["/settings", "/settings/tokens", "/settings/audit"])
def test_settings_are_for_owners(client, role, path):
    log_in(client, role)
    assert client.get(path).status_code == 403


def test_an_owner_lets_only_proof_say_who_somebody_is(client):
    log_in(client)
    checked = re.compile(r'name="requires_proof"[^>]* checked')
    assert not checked.search(client.get("/settings").text)
    client.post("/settings", data=PLACE | {"requires_proof": "1"})
    assert checked.search(client.get("/settings").text)
    assert "proof required" in client.get("/settings/audit").text
    client.post("/settings", data=PLACE)
    assert not checked.search(client.get("/settings").text)


def test_a_token_is_shown_once(client):
    log_in(client)
    page = client.post("/settings/tokens", data={"name": "Warehouse", "scopes": ["read"]}).text
    secret = re.search(r"<code>(jt_[\w-]+)</code>", page).group(1)
    later = client.get("/settings/tokens").text
    assert "Warehouse" in later
    assert secret not in later


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "root"]])
def test_a_token_opens_what_there_is(client, scopes):
    log_in(client)
    answer = client.post("/settings/tokens", data={"name": "Warehouse", "scopes": scopes})
    assert answer.status_code == 422
    assert "No keys yet" in answer.text


def test_what_owners_do_is_written_down(client):
    member = log_in(client)
    client.post("/settings", data=PLACE)
    client.post("/settings/tokens", data={"name": "Warehouse", "scopes": ["read", "write"]})
    client.post("/team", data={"name": "Rita", "email": "rita@acme.example", "role": "rep"})
    page = client.get("/settings/audit").text
    for words in ("Workspace changed", "API token made", "rita@acme.example", member.user.name):
        assert words in page


def test_saving_without_a_change_writes_nothing_down(client):
    log_in(client)
    for _ in range(2):
        client.post("/settings", data=PLACE)
    assert client.get("/settings/audit").text.count("Workspace changed") == 1
