from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.builders import NOON, lead_of, make_house, record
from tracker.imports.deals import DealImport
from tracker.imports.domain import Dates, Row, RowProblem
from tracker.milestones.models import Milestone
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal, DealMove

DATES = Dates(format="%Y-%m-%d", zone=ZoneInfo("UTC"), now=NOON)


@pytest.fixture
def house(session):
    house = make_house(session)
    met = datetime(2018, 2, 1, tzinfo=UTC)
    record(session, house.page(user_id="crm-7", occurred_at=met), now=NOON)
    record(session, house.identify("ana@firm.example", occurred_at=met), now=NOON)
    return house


@pytest.fixture
def importer(house):
    return DealImport(workspace_id=house.workspace.id, currency="EUR", status=DealStatus.WON)


@pytest.fixture
def put(session, importer):
    def put(*rows, into=importer):
        deals = [into.parse(Row(line=n, values=row), DATES) for n, row in enumerate(rows, 2)]
        return into.put(session, deals, batch_id=1, now=NOON)

    return put


def told(lead="crm-7", closed_at="2018-03-01", **more):
    return {"lead": lead, "closed_at": closed_at, **more}


def steps(session, house):
    lead = lead_of(session, house, "u:crm-7")
    query = select(Milestone.step).where(
        Milestone.lead_id == lead.id, Milestone.retracted_at.is_(None)
    )
    return set(session.scalars(query))


def test_an_imported_deal_is_won_at_its_date(session, put):
    put(told(external_id="d-1", value="100.5", owner="rep-1"))
    deal = session.scalars(select(Deal)).one()
    assert (deal.status, deal.value, deal.owner_label) == (
        DealStatus.WON,
        Decimal("100.50"),
        "rep-1",
    )
    assert deal.closed_at == datetime(2018, 3, 1, tzinfo=UTC)


def test_the_steps_before_are_skipped_and_never_reached(session, house, put):
    put(told())
    assert steps(session, house) == {"tofu", "won"}
    assert len(session.scalars(select(DealMove)).all()) == 1


def test_importing_twice_changes_nothing(session, put):
    assert put(told(external_id="d-1")).created == 1
    again = put(told(external_id="d-1", value="9"), told(external_id="d-1"))
    assert (again.created, again.unchanged) == (0, 2)
    assert session.scalars(select(Deal)).one().value is None


def test_without_an_id_of_its_own_a_lead_has_one_deal(session, put):
    assert (put(told()).created, put(told()).unchanged) == (1, 1)


def test_a_lead_may_have_several_deals(session, put):
    assert put(told(external_id="d-1"), told(external_id="d-2")).created == 2


def test_a_lead_is_found_by_its_address_too(session, put):
    put(told(lead="Ana@Firm.example"))
    assert session.scalars(select(Deal)).one().title == "firm.example"


def test_a_deal_of_nobody_is_that_rows_error(session, put):
    tally = put(told(lead="crm-9"), told())
    assert (tally.created, tally.failed) == (1, 1)
    assert (tally.errors[0].line, tally.errors[0].value) == (2, "crm-9")


def test_a_lead_of_another_workspace_is_nobody(session, put, importer):
    other = make_house(session, "Other")
    into = DealImport(workspace_id=other.workspace.id, currency="EUR", status=DealStatus.WON)
    assert put(told(), into=into).failed == 1


def test_a_deal_won_before_the_first_contact_is_kept_and_counted(session, put):
    assert put(told(closed_at="2018-01-01")).early == 1
    assert session.scalars(select(Deal)).one().closed_at.year == 2018


def test_a_lost_deal_reaches_nothing(session, house, put, importer):
    into = DealImport(workspace_id=importer.workspace_id, currency="EUR", status=DealStatus.LOST)
    put(told(), into=into)
    assert steps(session, house) == {"tofu"}


def test_looking_changes_nothing(session, importer):
    deals = [importer.parse(Row(line=2, values=told()), DATES)]
    assert importer.look(session, deals).created == 1
    assert session.scalars(select(Deal)).all() == []


@pytest.mark.parametrize("wrong", [{"lead": ""}, {"closed_at": "soon"}, {"value": "1,5"}])
def test_a_row_that_cannot_be_read_is_that_rows_problem(importer, wrong):
    with pytest.raises(RowProblem):
        importer.parse(Row(line=2, values=told(**wrong)), DATES)
