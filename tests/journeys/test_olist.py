"""Real leads and deals: the reports must say what is known to be true of the files."""

import json
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests import commands
from tests.builders import NOON, make_house
from tests.house import ROOT
from tracker.imports import files, plans
from tracker.imports.deals import DealImport
from tracker.imports.domain import Dates
from tracker.imports.leads import LeadImport
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal
from tracker.reports import population, queries
from tracker.stages.models import Standing

OLIST = ROOT.parent / "shared" / "data" / "olist"
LEADS = OLIST / "olist_marketing_qualified_leads_dataset.csv"
DEALS = OLIST / "olist_closed_deals_dataset.csv"
DAY = 86_400_000_000

pytestmark = pytest.mark.skipif(
    not OLIST.is_dir(), reason="the Olist files may not be shipped and are not here"
)


@pytest.fixture(scope="module")
def truth():
    return json.loads((OLIST / "truth.json").read_text())["olist"]


def maps(**columns):
    return [word for name, column in columns.items() for word in ("--map", f"{name}={column}")]


def take_over(settings):
    """Import both files as an operator does; return what the commands say."""
    lead_columns = maps(
        user_id="mql_id", occurred_at="first_contact_date", source="origin",
        content="landing_page_id",
    )  # fmt: skip
    deal_columns = maps(
        lead="mql_id", external_id="seller_id", closed_at="won_date", owner="sr_id",
        value="declared_monthly_revenue",
    )  # fmt: skip
    date, moment = ("--date-format", "%Y-%m-%d"), ("--date-format", "%Y-%m-%d %H:%M:%S")
    results = (
        commands.run(settings, "import", "leads", LEADS, *lead_columns, *date, "--json"),
        commands.run(
            settings, "import", "deals", DEALS, *deal_columns, *moment, "--status", "won", "--json"
        ),
    )
    return [json.loads(result.stdout) for result in results]


def by_origin(session, plan):
    return {
        origin.name: (origin.won.denominator, origin.won.numerator, days(origin.wait))
        for origin in queries.overview(session, plan).origins
    }


def days(wait):
    return round(wait.micros / DAY, 4)


def test_the_reports_say_what_is_true_of_the_files(settings, session, truth):
    workspace = make_house(session, "Olist").workspace
    session.commit()
    leads, deals = take_over(settings)
    assert (leads["created"], deals["created"]) == (truth["mqls"], truth["closed_deals"])
    assert leads["failed"] == deals["failed"] == 0
    assert deals["won_before_first_contact"] == truth["won_before_first_contact"]
    plan = population.plan(session, workspace, population.Filter(), now=NOON)
    funnel = queries.funnel_of(session, plan)
    assert (funnel.won.numerator, funnel.won.denominator) == (truth["won"], truth["mqls"])
    assert funnel.won.share == truth["conversion_rate"]
    assert days(queries.overview(session, plan).to_won) == 14.6507
    assert by_origin(session, plan) == {
        name: (told["mqls"], told["won"], pytest.approx(told["median_days_to_won"], abs=1e-4))
        for name, told in truth["by_origin"].items()
    }
    assert_skips_are_no_milestones(funnel)
    assert_early_deal_is_kept(session)
    assert [told["created"] for told in take_over(settings)] == [0, 0]


def assert_skips_are_no_milestones(funnel):
    between = funnel.columns[1:-1]
    assert {column.reached for column in between} == {842}
    assert {column.direct for column in between} == {0}


def assert_early_deal_is_kept(session):
    query = (
        select(Deal)
        .join(Standing, Standing.lead_id == Deal.lead_id)
        .where(Deal.closed_at < Standing.first_touch_at)
    )
    assert session.scalars(query).one().status is DealStatus.WON


def moments(importer, path, text_format, **columns):
    """Return who did what when, as one date format reads a file."""
    dates = Dates(format=text_format, zone=ZoneInfo("UTC"), now=NOON)
    plan = plans.understand(importer, files.read(path), mapping=columns, dates=dates)
    assert plan.errors == ()
    if importer.kind == "leads":
        return {row.user_id: row.occurred_at for row in plan.rows}
    return {row.lead: row.closed_at for row in plan.rows}


def test_three_spellings_of_a_date_are_one_date():
    importer = LeadImport(workspace_id=1, site_id=1)
    columns = {"user_id": "mql_id", "occurred_at": "first_contact_date"}
    iso = moments(importer, LEADS, "%Y-%m-%d", **columns)
    variants = OLIST / "variants"
    assert moments(importer, variants / "mql_ddmmyyyy_excel.csv", "%d-%m-%Y", **columns) == iso
    assert moments(importer, variants / "mql_mdyyyy_3cols.csv", "%m/%d/%Y", **columns) == iso


def test_spellings_that_lost_the_seconds_agree_to_the_minute():
    importer = DealImport(workspace_id=1, currency="EUR", status=DealStatus.WON)
    columns = {"lead": "mql_id", "closed_at": "won_date"}
    exact = moments(importer, DEALS, "%Y-%m-%d %H:%M:%S", **columns)
    minutes = {lead: at.replace(second=0) for lead, at in exact.items()}
    variants = OLIST / "variants"
    excel = variants / "closed_deals_ddmmyyyy_excel.csv"
    assert moments(importer, excel, "%d-%m-%Y %H:%M", **columns) == minutes
    mdy = variants / "closed_deals_mdyyyy_9cols.csv"
    assert moments(importer, mdy, "%m/%d/%Y %H:%M", **columns) == minutes


@pytest.mark.parametrize("text_format", ["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y"])
def test_a_wrong_format_takes_over_nothing(settings, session, text_format):
    make_house(session, "Olist")
    session.commit()
    columns = maps(user_id="mql_id", occurred_at="first_contact_date")
    file = OLIST / "variants" / "mql_mdyyyy_3cols.csv"
    result = commands.run(settings, "import", "leads", file, *columns, "--date-format", text_format)
    assert result.exit_code in (1, 2)
    assert session.scalars(select(Standing)).all() == []
