"""The health page: every message accounted for, what waits, what runs, and who may look."""

from datetime import timedelta

import pytest

from tests.builders import make_house
from tests.people import log_in
from tracker.clock import utcnow
from tracker.collector import service as collector
from tracker.collector.domain import DropReason, Outcome, Reject
from tracker.collector.intake import Intake
from tracker.tasks import service as tasks
from tracker.tasks.runs import Run, Runs
from tracker.workspaces.domain import Role


@pytest.fixture
def house(session, client):
    house = make_house(session)
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


def count(session, house, outcome, number, *, reason="", ago=0, site=None):
    key = (house.workspace.id, site or house.site.id, outcome, reason)
    collector.count(session, {key: number}, writer=0, now=utcnow() - timedelta(days=ago))
    session.commit()


def words(client):
    """Return what stands on the page, a space where a tag was."""
    answer = client.get("/health")
    assert answer.status_code == 200
    return answer.text


def rows(client):
    """Return the numbers of each table row, by its name."""
    found = {}
    for row in words(client).split('<th scope="row"><bdi>')[1:]:
        name, _, rest = row.partition("</bdi>")
        cells = rest.partition("</tr>")[0].split('<td class="num">')[1:]
        found[name] = [int(cell.partition("<")[0].replace(",", "")) for cell in cells]
    return found


def test_received_is_the_sum_of_the_other_four(client, session, house):
    count(session, house, Outcome.ACCEPTED, 1200)
    count(session, house, Outcome.DUPLICATE, 30)
    count(session, house, Outcome.QUARANTINED, 4, reason="malformed")
    count(session, house, Outcome.REFUSED, 5, reason="no_consent", ago=3)
    found = rows(client)
    assert found["14 days"] == [1239, 1200, 30, 4, 5]
    assert found["Web"] == [1234, 1200, 30, 4, 0]
    assert all(numbers[0] == sum(numbers[1:]) for numbers in found.values())


def test_it_looks_back_two_weeks_and_no_further(client, session, house):
    count(session, house, Outcome.ACCEPTED, 1, ago=13)
    count(session, house, Outcome.ACCEPTED, 1, ago=14)
    found = rows(client)
    assert (found["14 days"][0], len(found)) == (1, 15)


def test_it_says_why_messages_were_not_taken(client, session, house):
    count(session, house, Outcome.REFUSED, 7, reason="no_consent")
    assert "The visitor has not agreed</td><td>Refused" in words(client)


def test_what_no_key_opened_is_counted_where_a_workspace_is_alone(client, session, house):
    collector.count(session, {(0, 0, Outcome.REFUSED, "unknown_key"): 3}, writer=0, now=utcnow())
    session.commit()
    assert rows(client)["No site: an unknown key"] == [3, 0, 0, 0, 3]
    make_house(session, "Other")
    session.commit()
    assert "No site: an unknown key" not in rows(client)


def test_what_others_received_is_not_ours(client, session, house):
    other = make_house(session, "Other")
    count(session, other, Outcome.ACCEPTED, 9999)
    tasks.begin(session, other.workspace.id, "import", subject="theirs", total=1, now=utcnow())
    session.commit()
    page = words(client)
    assert ("9,999" in page, "theirs" in page) == (False, False)


def test_a_quiet_house_is_well(client, house):
    page = words(client)
    assert "All is well." in page
    assert "Nothing has come today." in page and "Nothing is under way." in page


def test_the_store_says_what_it_is(client, engine, house):
    page = words(client)
    is_sqlite = engine.dialect.name == "sqlite"
    assert ("SQLite 3." in page, "PostgreSQL 1" in page) == (is_sqlite, not is_sqlite)
    assert ("Write-ahead log" in page, "Free on its disk" in page) == (is_sqlite, is_sqlite)


def test_the_queue_says_how_long_it_is(client, app, house):
    app.extensions["intake"] = Intake(lambda _load: [])
    page = words(client)
    assert "0 messages" in page
    assert "Nothing is taken in: the writer does not work." in page


def test_quarantine_says_how_much_there_is_and_since_when(client, session, house):
    reject = Reject(
        workspace_id=house.workspace.id,
        site_id=house.site.id,
        received_at=utcnow() - timedelta(days=4),
        reason=DropReason.MALFORMED,
    )
    collector.keep(session, [reject])
    session.commit()
    page = words(client)
    assert 'href="/quarantine">1</a>' in page
    assert "4 days ago" in page


def test_a_job_says_when_it_ran_and_what_became_of_it(client, app, house):
    app.extensions["runs"] = runs = Runs(["sweep", "wash", "cook"])
    runs.note("sweep", Run(at=utcnow(), took=timedelta(seconds=1)))
    runs.note("wash", Run(at=utcnow(), took=timedelta(seconds=1), error="OperationalError"))
    page = words(client)
    assert ("Done" in page, "OperationalError" in page, "Not yet" in page) == (True, True, True)
    assert "This failed last time, and is tried again: wash." in page
    assert "1 thing needs a look." in page


def test_long_work_says_how_far_it_is_and_whether_it_was_broken_off(client, session, house):
    now = utcnow()
    here = house.workspace.id
    tasks.begin(session, here, "import", subject="leads.csv", total=90, now=now)
    tasks.begin(session, here, "rebuild", subject="", total=7, now=now - timedelta(hours=1))
    session.commit()
    page = words(client)
    assert "leads.csv" in page and "0 of 90" in page
    assert "1 piece of long work was broken off." in page


def test_what_was_turned_away_for_want_of_room_is_a_trouble(client, session, house):
    count(session, house, Outcome.REFUSED, 2, reason="overloaded")
    assert "2 messages were turned away today" in words(client)


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("marketer", 200), ("rep", 403), ("viewer", 403)]
)
def test_owners_and_marketers_may_look(client, house, role, status):
    log_in(client, Role(role), house.workspace)
    assert client.get("/health").status_code == status
    assert ("/health" in client.get("/quarantine").text) == (status == 200)


def test_nobody_else_may(app, house):
    assert app.test_client().get("/health").status_code == 302
