"""By which name we are called, who stands in front of us, and cookies over https."""

from dataclasses import replace

import pytest

from tests.people import allow_forms
from tracker.app import create_app
from tracker.web.auth.who import COOKIE

FORM = {
    "workspace": "Acme",
    "name": "Ann",
    "email": "ann@acme.example",
    "password": "fourteen blue whales",
}


@pytest.fixture
def client_of(settings):
    """Put a house together with other settings and give its client."""
    apps = []

    def make(**changes):
        apps.append(create_app(replace(settings, **changes)))
        return apps[-1].test_client()

    yield make
    for app in apps:
        app.extensions["database"].engine.dispose()


@pytest.mark.parametrize(
    "host", ["track.acme.example", "track.acme.example:8443", "127.0.0.1:8000"]
)
def test_our_own_names_are_answered(client_of, host):
    client = client_of(public_url="https://track.acme.example:8443")
    assert client.get("/setup", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "track.acme.example.evil.example", "", "a b"])
def test_another_name_is_refused(client_of, host):
    client = client_of(trusted_hosts=("track.acme.example",))
    answer = client.get("/setup", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_a_forwarded_name_leads_nowhere(client_of):
    client = client_of(trusted_proxies=1)
    answer = client.get("/team", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.location == "/login?next=/team"


def test_over_https_the_cookies_are_bound_to_the_host(client_of):
    client = client_of(public_url="https://localhost")
    allow_forms(client, "https://localhost")
    answer = client.post(
        "/setup",
        data=FORM,
        base_url="https://localhost",
        headers={"Referer": "https://localhost/setup"},
    )
    cookies = answer.headers.getlist("Set-Cookie")
    assert answer.status_code == 302
    assert any(cookie.startswith(f"__Host-{COOKIE}=") for cookie in cookies)
    assert all("Secure" in cookie and "Path=/" in cookie for cookie in cookies)


def test_a_proxy_that_we_trust_says_that_it_is_https(client_of):
    client = client_of(trusted_proxies=1)
    headers = {"X-Forwarded-Proto": "https", "Referer": "https://localhost/setup"}
    allow_forms(client)
    answer = client.post("/setup", data=FORM, headers=headers)
    assert f"__Host-{COOKIE}=" in str(answer.headers)


def test_without_a_proxy_nobody_may_say_so(client_of):
    client = client_of()
    allow_forms(client)
    answer = client.post("/setup", data=FORM, headers={"X-Forwarded-Proto": "https"})
    assert "__Host-" not in str(answer.headers)
