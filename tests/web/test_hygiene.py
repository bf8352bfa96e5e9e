"""A NUL is refused at the door, by both databases' leave."""

import pytest

from tests.people import log_in
from tracker.workspaces.domain import Role


@pytest.fixture(autouse=True)
def owner(client):
    log_in(client, Role.OWNER)


@pytest.mark.parametrize("path", ["/leads/%00", "/deals/%00", "/api/v1/leads/a%00b"])
def test_nothing_lies_at_an_address_with_a_nul(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/content?q=%00", "/leads?source=%00", "/?%00=1"])
def test_a_query_with_a_nul_is_refused(client, path):
    assert client.get(path).status_code == 422


def test_a_form_with_a_nul_is_refused(client):
    assert client.post("/sites", data={"name": "a\0b"}).status_code == 422
