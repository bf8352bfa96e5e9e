"""API tokens: what they open, and that they open nothing else."""

import pytest
from sqlalchemy import select

from tests.people import log_in, make_workspace
from tracker.clock import utcnow
from tracker.workspaces import tokens
from tracker.workspaces.domain import Scope
from tracker.workspaces.models import ApiToken, Site

READING = "/api/openapi.json"


@pytest.fixture
def workspace(session):
    """Give a workspace with a site."""
    found = make_workspace(session)
    session.commit()
    return found


def bearer(session, workspace, *scopes):
    """Make a token and return the header that brings it."""
    _token, secret = tokens.add(session, workspace.id, "Warehouse", scopes=scopes, now=utcnow())
    session.commit()
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("scopes", [[Scope.READ], [Scope.WRITE], list(Scope)])
def test_a_token_opens_the_api(client, session, workspace, scopes):
    headers = bearer(session, workspace, *scopes)
    assert client.get(READING, headers=headers).status_code == 200


def test_a_token_opens_no_page(client, session, workspace):
    headers = bearer(session, workspace, *Scope)
    assert client.get("/leads", headers=headers).status_code == 302


def test_use_is_written_down(client, session, workspace):
    client.get(READING, headers=bearer(session, workspace, Scope.READ))
    session.rollback()
    assert session.scalar(select(ApiToken.last_used_at)) is not None


def test_a_revoked_token_opens_nothing(client, session, workspace):
    headers = bearer(session, workspace, *Scope)
    code = session.scalar(select(ApiToken.code))
    tokens.revoke(session, workspace.id, code, now=utcnow())
    session.commit()
    assert client.get(READING, headers=headers).status_code == 401


def test_a_write_key_is_no_token(client, session, workspace):
    key = session.scalar(select(Site.write_key))
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get(READING, headers=headers).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer jt_", "Basic jt_x", "jt_x"])
def test_a_malformed_header_opens_nothing(client, workspace, header):
    answer = client.get(READING, headers={"Authorization": header})
    assert (answer.status_code, answer.json["status"]) == (401, "Unauthorized")
    assert answer.json["message"] == "this token opens nothing"


def test_a_wrong_token_is_not_mended_by_a_cookie(client, workspace):
    log_in(client)
    assert client.get(READING).status_code == 200
    assert client.get(READING, headers={"Authorization": "Bearer jt_x"}).status_code == 401


def test_a_program_needs_no_csrf_token_and_a_browser_does(client, session, workspace):
    headers = bearer(session, workspace, Scope.WRITE)
    path = "/api/v1/no-such-thing"
    assert client.post("/api/openapi.json", headers=headers).status_code == 405
    log_in(client)
    assert client.post(path).status_code == 404
    writing = next(
        rule.build({name: "none" for name in rule.arguments})[1]
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and "POST" in rule.methods
    )
    assert client.post(writing, headers=headers, json={}).status_code in (404, 422)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    assert client.post(writing, json={}).status_code == 400
