"""The description of the API, and whether the API keeps to it."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

from tests.builders import NOON, make_bofu_lead, make_house
from tests.people import log_in
from tracker.workspaces import tokens
from tracker.workspaces.domain import Role, Scope


@pytest.fixture
def house(session, client):
    house = make_house(session)
    make_bofu_lead(session, house)
    session.commit()
    log_in(client, Role.VIEWER, house.workspace)
    return house


def test_every_endpoint_is_on_the_page_with_its_sentence(client, house):
    page = client.get("/api/docs").text
    for path, item in client.get("/api/openapi.json").json["paths"].items():
        for operation in (part for part in item.values() if isinstance(part, dict)):
            assert path in page
            assert operation["summary"].endswith(".")


def test_the_page_is_a_page_also_when_it_is_refused(app, house):
    answer = app.test_client().get("/api/docs")
    assert (answer.status_code, "/login" in answer.location) == (302, True)


def test_an_address_that_takes_no_posts_says_what_it_takes(client, house):
    answer = client.post("/api/v1/leads")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.json["status"] == "Method Not Allowed"


def test_nothing_that_the_description_allows_breaks_us(app, session, house):
    _, secret = tokens.add(session, house.workspace.id, "CRM", scopes=list(Scope), now=NOON)
    session.commit()
    header = {"Authorization": f"Bearer {secret}"}
    description = app.test_client().get("/api/openapi.json", headers=header).json
    schema = schemathesis.openapi.from_dict(description)
    schema.app = app
    for result in schema.get_all_operations():
        operation = result.ok()
        hurl(operation.as_strategy(), app, header)


def hurl(cases, app, header):
    """Send what the strategy makes up; nothing may end in a failure of ours."""

    @given(case=cases)
    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def attempt(case):
        response = case.call(headers=header)
        case.validate_response(response, checks=[not_a_server_error])

    attempt()
