import json

import pytest
from sqlalchemy import func, select

from tracker.pipeline.models import Pipeline
from tracker.stages.models import StageModelRow
from tracker.workspaces import passwords, tokens, users
from tracker.workspaces import service as workspaces
from tracker.workspaces.domain import Role, Scope
from tracker.workspaces.models import Membership, Site, Workspace

PASSWORD = "correct horse battery"


def found(tracker, name="Acme", email="Owner@Acme.example", *more):
    options = ("--workspace", name, "--email", email, "--password-stdin", "--json", *more)
    return tracker("init", *options, input=f"{PASSWORD}\n")


def test_init_founds_a_workspace_with_owner_and_site(tracker, session):
    facts = json.loads(found(tracker).stdout)
    member = session.scalars(select(Membership)).one()
    assert (member.role, member.user.email) == (Role.OWNER, "owner@acme.example")
    assert passwords.fits(PASSWORD, member.user.password_hash)
    assert workspaces.find_by_write_key(session, facts["write_key"]) is not None


def test_init_furnishes_the_workspace(tracker, session):
    found(tracker)
    assert session.scalar(select(func.count(StageModelRow.id))) == 1
    assert session.scalar(select(func.count(Pipeline.id))) == 1


def test_init_makes_the_tables_where_there_are_none(tracker, tmp_path):
    url = f"sqlite:///{tmp_path / 'new' / 'tracker.db'}"
    options = ("--workspace", "Acme", "--email", "a@acme.example", "--password-stdin")
    made = tracker("init", *options, input=PASSWORD, TRACKER_DATABASE_URL=url)
    assert made.exit_code == 0
    assert tracker("stats", TRACKER_DATABASE_URL=url).exit_code == 0


def test_init_keeps_a_secret_that_only_its_owner_reads(tracker, settings):
    found(tracker)
    first = settings.secret_file.read_text()
    found(tracker, "Beta", "b@beta.example")
    assert settings.secret_file.stat().st_mode & 0o777 == 0o600
    assert settings.secret_file.read_text() == first


@pytest.mark.parametrize(
    ("name", "email"), [("Acme", "other@acme.example"), ("Beta", "owner@acme.example")]
)
def test_init_refuses_a_workspace_or_an_owner_that_is_there(tracker, session, name, email):
    found(tracker)
    again = found(tracker, name, email)
    assert again.exit_code == 2
    assert session.scalar(select(func.count(Workspace.id))) == 1


@pytest.mark.parametrize(
    "options", [("--zone", "Mars/Base"), ("--currency", "EURO"), ("--email", "nobody")]
)
def test_init_with_a_wrong_choice_founds_nothing(tracker, session, options):
    assert found(tracker, "Acme", "o@acme.example", *options).exit_code == 2
    assert session.scalar(select(func.count(Workspace.id))) == 0


def test_a_guessable_password_is_refused(tracker):
    options = ("--workspace", "Acme", "--email", "o@acme.example", "--password-stdin")
    assert tracker("init", *options, input="password123\n").exit_code == 2


def test_a_site_may_bring_its_write_key(tracker, house, session):
    told = json.loads(tracker("site", "add", "Shop", "--write-key", "k1", "--json").stdout)
    assert told["write_key"] == "k1"
    assert session.scalars(select(Site).where(Site.write_key == "k1")).one().name == "Shop"


def test_a_write_key_opens_one_site_only(tracker, house):
    tracker("site", "add", "Shop", "--write-key", "k1")
    assert tracker("site", "add", "Other", "--write-key", "k1").exit_code == 2


def test_a_token_opens_what_was_asked_for(tracker, house, session):
    told = tracker("token", "add", "CI", "--scope", "read", "--scope", "write", "--json")
    token = tokens.authenticate(session, json.loads(told.stdout)["token"])
    assert tokens.scopes(token) == {Scope.READ, Scope.WRITE}


def test_a_token_without_a_scope_is_refused(tracker, house):
    assert tracker("token", "add", "CI").exit_code == 2
    assert tracker("token", "add", "CI", "--scope", "everything").exit_code == 2


def test_a_user_gets_a_role(tracker, house, session):
    options = ("--email", "rep@acme.example", "--role", "rep", "--password-stdin")
    tracker("user", "add", *options, input=PASSWORD)
    user = users.find(session, "rep@acme.example")
    assert users.find_membership(session, user.id).role is Role.REP


def test_what_was_wrong_is_said_once(tracker, house):
    options = ("--email", "rep@acme.example", "--role", "rep", "--password-stdin")
    refused = tracker("user", "add", *options, input="short")
    assert refused.exit_code == 2
    assert refused.stderr == "Error: a password has 8 to 128 characters\n"


def test_of_several_workspaces_one_must_be_named(tracker, house):
    code = json.loads(found(tracker, "Beta", "b@beta.example").stdout)["code"]
    unnamed = tracker("site", "add", "Shop")
    assert unnamed.exit_code == 2
    assert code in unnamed.stderr
    assert tracker("site", "add", "Shop", "--workspace", code).exit_code == 0
