import json

import pytest
from sqlalchemy import func, select

from tests.builders import NOON
from tracker.collector.models import ImportBatch
from tracker.identity.models import Lead
from tracker.imports import service as imports
from tracker.tasks.models import Task

LEADS = ("--map", "user_id=id", "--map", "occurred_at=met", "--map", "source=from")
DEALS = ("--map", "lead=id", "--map", "closed_at=won", "--status", "won")
ISO = ("--date-format", "%Y-%m-%d")


@pytest.fixture
def csv(tmp_path):
    def write(*lines, name="people.csv"):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def people(csv, house):
    return csv("id,met,from", "crm-1,2018-02-01,email", "crm-2,2018-02-30,", "crm-3,2018-02-03,")


def facts(result):
    return json.loads(result.stdout)


def test_rows_that_are_right_come_in_and_the_others_are_named(tracker, people):
    result = tracker("import", "leads", people, *LEADS, *ISO)
    assert result.exit_code == 1
    assert result.stdout == "2 created, 0 unchanged, 1 failed\n"
    assert "line 3, column met: '2018-02-30' does not fit" in result.stderr


def test_the_second_time_nothing_is_created(tracker, people):
    tracker("import", "leads", people, *LEADS, *ISO)
    again = facts(tracker("import", "leads", people, *LEADS, *ISO, "--json"))
    assert (again["created"], again["unchanged"], again["failed"]) == (0, 2, 1)


def test_a_dry_run_says_the_same_and_changes_nothing(tracker, people, session):
    told = facts(tracker("import", "leads", people, *LEADS, *ISO, "--dry-run", "--json"))
    assert (told["created"], told["failed"], told["dry_run"]) == (2, 1, True)
    for model in (Lead, ImportBatch, Task):
        assert session.scalar(select(func.count()).select_from(model)) == 0


def test_an_import_leaves_its_record(tracker, people, session, house):
    tracker("import", "leads", people, *LEADS, *ISO)
    listed = imports.listed(session, house.workspace.id, now=NOON, limit=1)[0]
    batch = listed.batch
    assert (batch.filename, batch.rows, batch.created, batch.failed) == ("people.csv", 3, 2, 1)
    assert batch.finished_at is not None
    assert listed.errors[0].value == "2018-02-30"


def test_long_work_is_written_down_and_ended(tracker, people, session):
    tracker("import", "leads", people, *LEADS, *ISO)
    task = session.scalars(select(Task)).one()
    assert (task.done, task.total) == (3, 3)
    assert task.finished_at is not None


def test_deals_find_the_leads_that_came_before(tracker, people, csv):
    tracker("import", "leads", people, *LEADS, *ISO)
    won = csv("id,won", "crm-1,2018-03-01", "crm-3,2018-01-01", "crm-9,2018-03-01", name="won.csv")
    told = facts(tracker("import", "deals", won, *DEALS, *ISO, "--json"))
    assert (told["created"], told["failed"], told["won_before_first_contact"]) == (2, 1, 1)
    assert told["errors"][0] == {
        "line": 4, "column": "id", "value": "crm-9", "reason": "is no lead here"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--map", "user_id=id", *ISO), "occurred_at"),
        (("--map", "userid=id", *ISO), "userid"),
        (("--map", "user_id=nothing", "--map", "occurred_at=met", *ISO), "nothing"),
        ((*LEADS, "--date-format", "%d.%m"), "a year"),
        ((*LEADS, *ISO, "--zone", "Mars/Base"), "Mars/Base"),
        ((*LEADS, *ISO, "--workspace", "none"), "no such workspace"),
        ((*LEADS, *ISO, "--delimiter", "ab"), "one character"),
    ],
)
def test_what_cannot_be_right_is_one_clear_line(tracker, people, session, options, named):
    result = tracker("import", "leads", people, *options)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert named in result.stderr
    assert session.scalar(select(func.count(Lead.id))) == 0


def test_a_date_format_is_never_guessed(tracker, csv, house, session):
    path = csv("id,met,from", "crm-1,2/1/2018,", "crm-2,3/25/2018,", "crm-3,4/30/2018,")
    result = tracker("import", "leads", path, *LEADS, "--date-format", "%d/%m/%Y")
    assert result.exit_code == 2
    assert session.scalar(select(func.count(Lead.id))) == 0


def test_a_bar_is_shown_when_it_is_asked_for(tracker, people):
    assert "people.csv" in tracker("import", "leads", people, *LEADS, *ISO, "--progress").stderr


def test_the_help_names_every_field(tracker):
    told = tracker("import", "leads", "--help").stdout
    assert all(name in told for name in ("user_id", "occurred_at", "source", "content", "needed"))


def test_an_import_that_was_broken_off_goes_on_when_run_again(tracker, people, session, house):
    batch = ImportBatch(
        workspace_id=house.workspace.id,
        kind="leads",
        filename="people.csv",
        sha256="0" * 64,
        started_at=NOON,
    )
    session.add(batch)
    session.commit()
    assert facts(tracker("import", "leads", people, *LEADS, *ISO, "--json"))["created"] == 2
