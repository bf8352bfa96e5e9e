"""One's own password: changed by whoever knows it, and then everybody else is out."""

import pytest

from tests.people import allow_forms, make_user, make_workspace
from tracker.workspaces import passwords

OLD, NEW = "fourteen blue whales", "  fifteen green whales  "
HASH = passwords.hashed(OLD)
FORM = {"current": OLD, "new": NEW, "again": NEW}
ANN = "ann@acme.example"


@pytest.fixture
def ann(session, client):
    """Log a user with a password in."""
    make_user(session, make_workspace(session), email=ANN, password_hash=HASH)
    session.commit()
    return enter(client)


def enter(client, password=OLD):
    """Log in."""
    allow_forms(client)
    answer = client.post("/login", data={"email": ANN, "password": password})
    allow_forms(client)
    return answer


def test_every_other_browser_is_out_afterwards(app, client, ann):
    other = app.test_client()
    enter(other)
    assert client.post("/password", data=FORM).status_code == 302
    assert client.get("/team").status_code == 200
    assert other.get("/team").status_code == 302


def test_the_new_one_opens_as_it_was_typed_and_the_old_one_does_not(app, client, ann):
    client.post("/password", data=FORM)
    assert enter(app.test_client(), OLD).status_code == 401
    assert enter(app.test_client(), NEW.strip()).status_code == 401
    assert enter(app.test_client(), NEW).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("current", "wrong"),
        ("again", NEW + " "),
        ("new", "short"),
        ("new", "x" * 129),
    ],
)
def test_a_wrong_field_is_named_and_the_old_one_stays(app, client, ann, field, value):
    form = {**FORM, field: value}
    if field == "new":
        form["again"] = value
    answer = client.post("/password", data=form)
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text
    assert enter(app.test_client()).status_code == 302


def test_ten_wrong_guesses_and_the_form_rests(client, ann):
    wrong = {**FORM, "current": "wrong"}
    tried = [client.post("/password", data=wrong).status_code for _ in range(10)]
    answer = client.post("/password", data=FORM)
    assert (tried, answer.status_code) == ([422] * 10, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 901


def test_a_right_guess_is_not_counted(client, ann):
    short = {**FORM, "new": "short", "again": "short"}
    assert {client.post("/password", data=short).status_code for _ in range(11)} == {422}
