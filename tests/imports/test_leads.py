from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from tests.builders import NOON, days, lead_of, make_house, record
from tracker.handoff import service as handoff
from tracker.imports.domain import Dates, Row, RowProblem
from tracker.imports.leads import LeadImport
from tracker.stages.domain import Stage
from tracker.stages.models import Standing
from tracker.touches.models import Content, EventName, Source, TouchRow
from tracker.workspaces import service as workspaces

DATES = Dates(format="%Y-%m-%d", zone=ZoneInfo("UTC"), now=NOON)


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def importer(session, house):
    site = workspaces.import_site(session, house.workspace.id)
    return LeadImport(workspace_id=house.workspace.id, site_id=site.id)


@pytest.fixture
def put(session, importer):
    def put(*rows, into=importer):
        leads = [into.parse(Row(line=n, values=row), DATES) for n, row in enumerate(rows, 2)]
        return into.put(session, leads, batch_id=1, now=NOON)

    return put


def told(user_id="crm-7", occurred_at="2018-02-01", **more):
    return {"user_id": user_id, "occurred_at": occurred_at, **more}


def standing(session, house, key="u:crm-7"):
    return session.scalars(
        select(Standing).where(Standing.lead_id == lead_of(session, house, key).id)
    ).one()


def count(session, model=TouchRow):
    return session.scalar(select(func.count()).select_from(model))


def test_an_imported_lead_is_known_and_in_tofu_since_its_date(session, house, put):
    put(told())
    assert lead_of(session, house, "u:crm-7").is_known
    assert standing(session, house).stage is Stage.TOFU
    assert standing(session, house).first_touch_at == datetime(2018, 2, 1, tzinfo=UTC)


def test_what_the_file_says_of_somebody_is_kept(session, house, put):
    put(told(email="Ana@Firm.example", name="Ana Roe", company="Firm", title="CTO", phone="1"))
    lead = lead_of(session, house, "e:ana@firm.example")
    assert (lead.name, lead.title, lead.company.name) == ("Ana Roe", "CTO", "Firm")


def test_a_file_tells_what_the_company_is(session, house, put):
    size = {"industry": "Optics", "employees": "51-200", "website": "https://firm.example"}
    put(told(company="Firm", country="Malta", **size))
    lead = lead_of(session, house, "u:crm-7")
    company = lead.company
    assert lead.country == "Malta"
    assert (company.name, company.industry, company.employees) == ("Firm", "Optics", 51)
    assert company.website == "https://firm.example"


def test_importing_twice_changes_nothing(session, put):
    first, before = put(told(), told("crm-8")), count(session)
    again = put(told("crm-8"), told(), told(occurred_at="2019-09-09", name="Other"))
    assert (first.created, first.unchanged) == (2, 0)
    assert (again.created, again.unchanged) == (0, 3)
    assert count(session) == before


def test_a_lead_twice_in_a_file_is_one_lead_as_first_told(session, house, put):
    tally = put(told(), told(occurred_at="2018-03-01"))
    assert (tally.created, tally.unchanged) == (1, 1)
    assert standing(session, house).first_touch_at.month == 2


def test_no_source_is_apart_from_a_source_called_unknown(session, house, put):
    put(told("crm-1", source=""), told("crm-2", source="unknown"))
    assert standing(session, house, "u:crm-1").first_source_id is None
    source = session.get(Source, standing(session, house, "u:crm-2").first_source_id)
    assert source.name == "unknown"


def test_the_first_contact_is_about_its_content(session, put):
    put(told(content="landing-1"))
    assert "landing-1" in session.scalars(select(Content.title)).all()


def test_an_import_calls_nobody(session, house, importer, put):
    demo_is_first_contact(session)
    put(told(occurred_at="2026-03-04"))
    assert standing(session, house).stage is Stage.BOFU
    assert handoff.open_count(session, house.workspace.id) == 0


def test_an_import_that_is_asked_to_offers_who_qualifies(session, house, importer, put):
    demo_is_first_contact(session)
    asked = LeadImport(
        workspace_id=importer.workspace_id, site_id=importer.site_id, makes_offers=True
    )
    put(told(occurred_at="2026-03-04"), into=asked)
    assert handoff.open_count(session, house.workspace.id) == 1


def test_looking_says_what_would_happen_and_changes_nothing(session, importer, put):
    put(told())
    before = count(session)
    rows = [importer.parse(Row(line=2, values=told(name)), DATES) for name in ("crm-7", "crm-8")]
    tally = importer.look(session, rows)
    assert (tally.created, tally.unchanged, count(session)) == (1, 1, before)


def test_an_import_goes_before_what_the_site_has_seen(session, house, put):
    record(session, house.page(user_id="crm-7", occurred_at=NOON - days(1)))
    put(told(source="email"))
    assert standing(session, house).first_touch_at.year == 2018
    assert standing(session, house).touch_count == 2


@pytest.mark.parametrize(
    "row",
    [
        {"user_id": "", "occurred_at": "2018-02-01"},
        {"user_id": "null", "occurred_at": "2018-02-01"},
        {"user_id": "crm-7", "occurred_at": ""},
        {"user_id": "crm-7", "occurred_at": "2018-02-01", "email": "nobody"},
        {"user_id": "crm-7", "occurred_at": "2018-02-01", "employees": "many"},
    ],
)
def test_a_row_that_says_too_little_is_that_rows_problem(importer, row):
    with pytest.raises(RowProblem):
        importer.parse(Row(line=2, values=row), DATES)


def demo_is_first_contact(session):
    name = session.scalars(select(EventName).where(EventName.name == "first contact")).one()
    name.kind = "demo"
    session.flush()
