"""The team page: who is in, who may do what, and that somebody always may."""

import re

import pytest
from sqlalchemy import select

from tests.people import allow_forms, log_in, make_user, make_workspace
from tracker.workspaces.domain import Role
from tracker.workspaces.models import AuditEntry, Membership, User

NEW = {"name": "Rita Rep", "email": "Rita@Acme.example", "role": "rep"}


@pytest.mark.parametrize("role", list(Role))
def test_everybody_sees_the_team(client, role):
    member = log_in(client, role)
    assert member.user.email in client.get("/team").text


def test_an_owner_adds_somebody_who_gets_a_password_once(app, client, session):
    log_in(client)
    answer = client.post("/team", data=NEW)
    password = re.search(r"<code>([\w-]{16})</code>", answer.text).group(1)
    assert password not in client.get("/team").text
    rita = app.test_client()
    allow_forms(rita)
    inside = rita.post("/login", data={"email": "rita@acme.example", "password": password})
    assert inside.status_code == 302
    latest = select(AuditEntry.subject).order_by(AuditEntry.id.desc()).limit(1)
    assert session.scalar(latest) == "rita@acme.example"


def test_whoever_has_a_password_from_somebody_else_chooses_one_first(app, client):
    log_in(client)
    password = re.search(r"<code>([\w-]{16})</code>", client.post("/team", data=NEW).text).group(1)
    rita = app.test_client()
    allow_forms(rita)
    rita.post("/login", data={"email": NEW["email"], "password": password})
    assert rita.get("/team").location == "/password"
    allow_forms(rita)
    new = {"current": password, "new": "fourteen blue whales", "again": "fourteen blue whales"}
    assert rita.post("/password", data=new).status_code == 302
    assert rita.get("/team").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("email", "no address"), ("email", "a@b"), ("role", "king"), ("role", "")],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(client, field, value):
    log_in(client)
    answer = client.post("/team", data={**NEW, field: value})
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text
    assert answer.text.count("Rita") >= (1 if field in ("name", "email") else 2)


def test_an_address_is_taken_once(client):
    log_in(client)
    client.post("/team", data=NEW)
    assert client.post("/team", data={**NEW, "email": "rita@ACME.example"}).status_code == 409


@pytest.mark.parametrize("role", [Role.MARKETER, Role.REP, Role.VIEWER])
def test_only_an_owner_changes_the_team(client, role):
    member = log_in(client, role)
    code = member.user.code
    for path in ("/team", f"/team/{code}/role", f"/team/{code}/disable", f"/team/{code}/password"):
        assert client.post(path, data={"role": "owner"}).status_code == 403


@pytest.mark.parametrize("what", ["role", "disable"])
def test_the_last_owner_stays(client, what):
    member = log_in(client)
    answer = client.post(f"/team/{member.user.code}/{what}", data={"role": "rep"})
    assert answer.status_code == 409
    assert client.get("/settings").status_code == 200


def test_a_second_owner_may_take_the_first_one_down(app, client):
    first, second = log_in(client), log_in(app.test_client())
    assert client.post(f"/team/{second.user.code}/role", data={"role": "rep"}).status_code == 302
    assert client.post(f"/team/{first.user.code}/disable").status_code == 409


def test_whoever_is_shut_out_is_out_at_once(app, client):
    log_in(client)
    other = app.test_client()
    member = log_in(other, Role.REP)
    client.post(f"/team/{member.user.code}/disable")
    assert other.get("/team").status_code == 302
    client.post(f"/team/{member.user.code}/enable")
    assert other.get("/team").status_code == 302  # in again, but not with the old cookie


def test_a_new_role_begins_with_a_new_log_in(app, client, session):
    log_in(client)
    other = app.test_client()
    member = log_in(other, Role.REP)
    client.post(f"/team/{member.user.code}/role", data={"role": "viewer"})
    assert other.get("/team").status_code == 302
    query = select(Membership.role).where(Membership.user_id == member.user_id)
    assert session.scalar(query) is Role.VIEWER


def test_nobody_of_another_workspace_can_be_touched(client, session):
    theirs = make_user(session, make_workspace(session, "Theirs"), Role.REP)
    mine = make_workspace(session, "Mine")
    session.commit()
    log_in(client, workspace=mine)
    for what in ("role", "disable", "enable", "password"):
        answer = client.post(f"/team/{theirs.user.code}/{what}", data={"role": "viewer"})
        assert answer.status_code == 404
    assert theirs.user.email not in client.get("/team").text
    session.expire_all()
    assert session.get_one(User, theirs.user_id).disabled_at is None
