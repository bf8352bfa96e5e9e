"""Log in and out: sessions, limits, and where one goes next."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.people import allow_forms, log_in, make_user, make_workspace
from tracker.clock import utcnow
from tracker.web.auth.pages import local
from tracker.web.auth.who import COOKIE
from tracker.workspaces import passwords
from tracker.workspaces.domain import Role
from tracker.workspaces.models import LoginFailure, LoginSession

PASSWORD = " fourteen blue whäles 🐋 "
HASH = passwords.hashed(PASSWORD)
ANN = "ann@acme.example"


@pytest.fixture
def ann(session, client):
    """Give a user who has a password, and a browser that may send forms."""
    member = make_user(session, make_workspace(session), email=ANN, password_hash=HASH)
    session.commit()
    allow_forms(client)
    return member


def knock(client, password=PASSWORD, email=ANN, **more):
    """Try to log in."""
    return client.post("/login", data={"email": email, "password": password, **more})


def test_whoever_has_the_password_gets_in(client, ann):
    answer = knock(client, email="  Ann@ACME.example ")
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/team").status_code == 200


def test_the_cookie_is_for_the_server_alone(client, ann):
    cookie = next(c for c in knock(client).headers.getlist("Set-Cookie") if COOKIE in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_only_a_hash_of_the_token_is_kept(client, session, ann):
    knock(client)
    token = client.get_cookie(COOKIE).value
    kept = session.scalar(select(LoginSession.token_hash))
    assert len(token) >= 43
    assert token.encode() not in kept
    assert len(kept) == 32


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.strip(), PASSWORD + "x" * 10_000])
def test_nobody_gets_in_without_the_password(client, ann, password):
    answer = knock(client, password)
    assert answer.status_code == 401
    assert ANN in answer.text
    assert client.get("/team").status_code == 302


def test_an_unknown_address_looks_like_a_wrong_password(client, ann):
    known, unknown = knock(client, "wrong"), knock(client, "wrong", "bob@acme.example")
    assert known.status_code == unknown.status_code == 401
    assert "belong together" in known.text
    assert "belong together" in unknown.text


def test_whoever_is_shut_out_does_not_get_in(client, session, ann):
    ann.user.disabled_at = utcnow()
    session.commit()
    assert knock(client).status_code == 401


def test_a_cookie_opens_nothing_after_log_out(app, client, ann):
    knock(client)
    token = client.get_cookie(COOKIE).value
    allow_forms(client)
    assert client.post("/logout").status_code == 302
    thief = app.test_client()
    thief.set_cookie(COOKIE, token)
    assert thief.get("/team").status_code == 302


def test_log_out_is_no_link(client, ann):
    knock(client)
    assert client.get("/logout").status_code == 405
    assert client.get("/team").status_code == 200


def test_a_planted_cookie_is_worth_nothing_after_log_in(app, client, ann):
    client.set_cookie(COOKIE, "planted")
    knock(client)
    assert client.get_cookie(COOKIE).value != "planted"
    planter = app.test_client()
    planter.set_cookie(COOKIE, "planted")
    assert planter.get("/team").status_code == 302


def test_a_new_log_in_ends_the_session_before(app, client, ann):
    knock(client)
    before = client.get_cookie(COOKIE).value
    allow_forms(client)
    knock(client)
    other = app.test_client()
    other.set_cookie(COOKIE, before)
    assert other.get("/team").status_code == 302


@pytest.mark.parametrize(
    ("seen", "made", "is_in"),
    [
        (timedelta(hours=11), timedelta(hours=11), True),
        (timedelta(hours=13), timedelta(hours=13), False),
        (timedelta(0), timedelta(days=13), True),
        (timedelta(0), timedelta(days=15), False),
    ],
)
def test_a_session_ends_by_itself(client, session, seen, made, is_in):
    log_in(client)
    moments = {"seen_at": utcnow() - seen, "created_at": utcnow() - made}
    session.execute(update(LoginSession).values(moments))
    session.commit()
    assert (client.get("/team").status_code == 200) is is_in


def test_being_here_is_written_down_now_and_then(client, session):
    log_in(client)
    for minutes, is_noted in ((4, False), (6, True)):
        before = utcnow() - timedelta(minutes=minutes)
        session.execute(update(LoginSession).values(seen_at=before))
        session.commit()
        client.get("/team")
        session.rollback()
        assert (session.scalar(select(LoginSession.seen_at)) != before) is is_noted


def test_reading_never_waits_for_the_pen(app, client, session):
    log_in(client)
    session.execute(update(LoginSession).values(seen_at=utcnow() - timedelta(hours=1)))
    session.commit()
    with app.extensions["database"].writing():
        assert client.get("/team").status_code == 200


def test_ten_wrong_passwords_and_the_door_rests(client, ann):
    assert [knock(client, "wrong").status_code for _ in range(11)] == [401] * 10 + [429]
    answer = knock(client)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 901


def test_a_stranger_cannot_lock_somebody_out(client, ann):
    for _ in range(11):
        knock(client, "wrong")
    form, elsewhere = {"email": ANN, "password": PASSWORD}, {"REMOTE_ADDR": "192.0.2.7"}
    answer = client.post("/login", data=form, environ_base=elsewhere)
    assert answer.status_code == 302


def test_the_door_opens_again_later(client, session, ann):
    for _ in range(10):
        knock(client, "wrong")
    past = utcnow() - timedelta(minutes=16)
    session.execute(update(LoginFailure).values(failed_at=past))
    session.commit()
    assert knock(client).status_code == 302


def test_a_right_password_forgives(client, session, ann):
    for _ in range(9):
        knock(client, "wrong")
    knock(client)
    allow_forms(client)
    client.post("/logout")
    allow_forms(client)
    assert knock(client, "wrong").status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%0d\r\nSet-Cookie: x=1",
        "/\tevil",
        "javascript:alert(1)",
        "https:evil.example",
        "leads",
        "",
    ],
)
def test_nobody_is_sent_away_from_here(client, ann, target):
    assert knock(client, next=target).location == "/"


@pytest.mark.parametrize("target", ["/leads?stage=bofu&q=a%20b", "/deals/x#moves", "/"])
def test_whoever_was_on_the_way_goes_on(target):
    assert local(target) == target


def test_whoever_is_in_needs_no_door(client):
    log_in(client, Role.VIEWER)
    assert client.get("/login?next=/team").location == "/team"
