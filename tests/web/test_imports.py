import pytest

from tests.builders import NOON, days
from tests.people import log_in, make_workspace
from tracker.clock import utcnow
from tracker.collector.models import ImportBatch
from tracker.tasks import service as tasks
from tracker.workspaces.domain import Role

ERROR = '[{"line": 7, "column": "met", "value": "<b>30</b>", "reason": "lies in the future"}]'


@pytest.fixture
def workspace(session):
    return make_workspace(session)


def add(session, workspace, **facts):
    usual = {"kind": "leads", "filename": "people.csv", "sha256": "0" * 64, "started_at": NOON}
    session.add(ImportBatch(workspace_id=workspace.id, **usual | facts))
    session.commit()


def test_without_an_import_the_page_says_how(client, session, workspace):
    session.commit()
    log_in(client, workspace=workspace)
    page = client.get("/imports").text
    assert "Nothing was imported yet" in page
    assert "tracker import leads" in page


def test_an_import_shows_its_counts_and_its_errors_as_text(client, session, workspace):
    add(session, workspace, created=8000, unchanged=2, failed=1, errors=ERROR, finished_at=NOON)
    log_in(client, Role.MARKETER, workspace)
    page = client.get("/imports").text
    for words in ("people.csv", "8,000", "The operator", "with errors", "&lt;b&gt;30&lt;/b&gt;"):
        assert words in page


def test_an_import_that_nobody_goes_on_with_is_broken_off(client, session, workspace):
    add(session, workspace)
    log_in(client, workspace=workspace)
    assert "Broken off" in client.get("/imports").text


def test_an_import_under_way_shows_how_far_it_is(client, session, workspace):
    tasks.begin(session, workspace.id, "import leads", subject="people.csv", total=9, now=utcnow())
    add(session, workspace)
    log_in(client, workspace=workspace)
    page = client.get("/imports").text
    assert "0 of 9 rows" in page
    assert "Broken off" not in page


def test_another_workspace_sees_none_of_it(client, session, workspace):
    add(session, workspace, started_at=NOON - days(1))
    other = make_workspace(session, "Other")
    session.commit()
    log_in(client, workspace=other)
    assert "people.csv" not in client.get("/imports").text


@pytest.mark.parametrize("role", [Role.REP, Role.VIEWER])
def test_imports_are_for_marketers_and_owners(client, session, workspace, role):
    session.commit()
    log_in(client, role, workspace)
    assert client.get("/imports").status_code == 403
