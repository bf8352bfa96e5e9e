"""The frame around every page: headers, tokens, the page's own nonce."""

import re

import pytest

from tests.people import allow_forms, log_in
from tracker.workspaces.domain import Role


def test_a_page_says_what_it_lets_run(client):
    log_in(client)
    answer = client.get("/password")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    nonce = re.search(r"'nonce-([\w-]{22,})'", policy).group(1)
    assert set(re.findall(r'<script[^>]* nonce="([^"]+)"', answer.text)) == {nonce}


def test_every_page_has_a_nonce_of_its_own(client):
    policies = {client.get("/setup").headers["Content-Security-Policy"] for _ in range(20)}
    assert len(policies) == 20


def test_pages_are_kept_by_nobody(client):
    log_in(client)
    answer = client.get("/password")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/login", "/logout", "/setup", "/password"])
def test_a_form_without_its_token_is_refused(client, path):
    log_in(client)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    assert client.post(path).status_code == 400


def test_a_token_of_another_browser_is_refused(app, client):
    log_in(client)
    other = app.test_client()
    allow_forms(other)
    stolen = {"X-CSRFToken": other.environ_base["HTTP_X_CSRFTOKEN"]}
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    assert client.post("/logout", headers=stolen).status_code == 400


def test_whoever_is_not_logged_in_is_sent_to_the_door_and_back(client):
    answer = client.get("/password?x=1")
    assert answer.status_code == 302
    assert answer.location == "/login?next=/password?x%3D1"


@pytest.mark.parametrize("role", list(Role))
def test_everybody_sees_the_frame(client, role):
    log_in(client, role)
    assert client.get("/password").status_code == 200
