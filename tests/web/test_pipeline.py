"""The pages of the board, the deals and their set-up."""

from decimal import Decimal

import pytest
from flask import before_render_template
from sqlalchemy import select

from tests.builders import make_bofu_lead, make_deal, make_house
from tests.people import log_in
from tracker import journey
from tracker.clock import utcnow
from tracker.pipeline import queries, service, setup
from tracker.pipeline.domain import DealStatus
from tracker.pipeline.models import Deal
from tracker.workspaces.domain import Role

JSON = {"Accept": "application/json"}


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def deal(session, house, client):
    """Open a deal and log a rep in."""
    made = make_deal(session, house)
    made.value = Decimal(1200)
    session.commit()
    log_in(client, Role.REP)
    return made


def stages(session, deal):
    return setup.default_pipeline(session, deal.workspace_id).stages


def post(client, session, deal, what, headers=None, **facts):
    """Post a form that was drawn from the deal as it is."""
    seen = {"version": now_of(session, deal).version}
    return client.post(f"/deals/{deal.code}/{what}", data=seen | facts, headers=headers)


def now_of(session, deal):
    session.rollback()
    session.refresh(deal)
    return deal


def test_board_counts_and_sums_every_column(client, session, deal):
    page = client.get("/pipeline").text
    assert "1 open deal worth €1,200." in page
    for stage in stages(session, deal):
        assert stage.name in page


def test_empty_board_says_where_deals_come_from(client, session, house):
    session.commit()
    log_in(client, Role.REP)
    assert "No open deals" in client.get("/pipeline").text


def test_crowded_column_shows_a_few_and_all_when_asked(client, session, house):
    for number in range(14):
        make_deal(session, house, f"lead{number}@firm{number}.example")
    first = setup.default_pipeline(session, house.workspace.id).stages[0].code
    session.commit()
    log_in(client, Role.REP)
    page = client.get("/pipeline").text
    assert (page.count('data-deal="'), "Show all 14" in page) == (12, True)
    assert client.get(f"/pipeline?all={first}").text.count('data-deal="') == 14


def test_reader_sees_cards_and_cannot_move_them(client, session, deal):
    log_in(client, Role.VIEWER)
    assert "is-movable" not in client.get("/pipeline").text
    assert client.get(f"/deals/{deal.code}").status_code == 200
    for what in ("move", "undo", "edit", "win", "lose", "reopen", "notes"):
        assert client.post(f"/deals/{deal.code}/{what}").status_code == 403


def test_moving_answers_the_board_with_heads_and_card(client, session, deal):
    first, second = stages(session, deal)[:2]
    answer = post(client, session, deal, "move", JSON, stage=second.code).json
    assert answer["heads"] == {
        first.code: {"count": 0, "sum": ""},
        second.code: {"count": 1, "sum": "€1,200"},
    }
    assert f'data-version="{answer["version"]}"' in answer["card"]


def test_moving_from_the_page_of_the_deal_comes_back_to_it(client, session, deal):
    second = stages(session, deal)[1]
    answer = post(client, session, deal, "move", stage=second.code)
    assert answer.location == f"/deals/{deal.code}"
    assert now_of(session, deal).deal_stage_id == second.id


def test_stale_move_is_a_conflict_and_moves_nothing(client, session, deal):
    second, third = stages(session, deal)[1:3]
    post(client, session, deal, "move", stage=second.code)
    stale = {"version": deal.version - 1, "stage": third.code}
    for seen in (stale, stale | {"version": deal.version - 1}, {"stage": third.code}):
        assert client.post(f"/deals/{deal.code}/move", data=seen).status_code == 409
    assert now_of(session, deal).deal_stage_id == second.id


def test_unknown_stage_is_refused(client, session, deal):
    assert post(client, session, deal, "move", stage="nothing").status_code == 422


def test_undo_brings_the_card_back(client, session, deal):
    first, second = stages(session, deal)[:2]
    post(client, session, deal, "move", JSON, stage=second.code)
    answer = post(client, session, deal, "undo", JSON).json
    assert (answer["stage"], answer["before"]) == (first.code, second.code)
    assert post(client, session, deal, "undo", JSON).status_code == 409


def test_winning_settles_the_value(client, session, deal):
    assert "1200" in client.get(f"/deals/{deal.code}/win").text
    assert post(client, session, deal, "win", value="1500,50").status_code == 302
    won = now_of(session, deal)
    assert (won.status, won.value) == (DealStatus.WON, Decimal("1500.50"))


def test_wrong_value_is_kept_in_the_form_with_its_error(client, session, deal):
    answer = post(client, session, deal, "win", value="1,5000")
    assert answer.status_code == 422
    assert 'value="1,5000"' in answer.text
    assert "as in 1200" in answer.text
    assert now_of(session, deal).status is DealStatus.OPEN


def test_losing_needs_a_reason_and_keeps_the_note(client, session, deal):
    answer = post(client, session, deal, "lose", note="they were kind")
    assert answer.status_code == 422
    assert "they were kind" in answer.text
    reason = setup.lost_reasons(session, deal.workspace_id)[0]
    assert post(client, session, deal, "lose", reason=reason.code).status_code == 302
    page = client.get(f"/deals/{deal.code}").text
    assert reason.name in page
    assert post(client, session, deal, "reopen").status_code == 302
    assert now_of(session, deal).status is DealStatus.OPEN


def test_closed_deal_answers_conflict(client, session, deal):
    post(client, session, deal, "win")
    assert post(client, session, deal, "win").status_code == 409


def test_editing_keeps_what_was_typed_when_it_fails(client, session, deal):
    answer = post(client, session, deal, "edit", title="Kept", value="much")
    assert answer.status_code == 422
    assert 'value="Kept"' in answer.text
    assert f'name="version" value="{deal.version}"' in answer.text
    assert post(client, session, deal, "edit", title="Kept", value="").status_code == 302
    assert (now_of(session, deal).title, deal.value) == ("Kept", None)


def test_note_appears_on_the_page_and_cannot_run(client, session, deal):
    post(client, session, deal, "notes", text="<script>alert(1)</script>")
    page = client.get(f"/deals/{deal.code}").text
    assert "&lt;script&gt;alert(1)" in page
    assert post(client, session, deal, "notes", text="  ").status_code == 422


@pytest.mark.parametrize(
    ("what", "wrong"),
    [("edit", {"value": "x"}), ("win", {"value": "x"}), ("lose", {}), ("notes", {"text": ""})],
)
def test_nobody_waits_for_a_form_that_is_drawn_again(app, client, session, deal, what, wrong):
    could_write = []

    def try_to_write(*_signal, **_facts):
        with app.extensions["database"].writing_if_free() as own:
            could_write.append(own is not None)

    with before_render_template.connected_to(try_to_write, app):
        assert post(client, session, deal, what, **wrong).status_code == 422
    assert set(could_write) == {True}


def test_deal_opens_by_hand_for_a_lead(client, session, house):
    lead = make_bofu_lead(session, house)
    session.commit()
    log_in(client, Role.REP)
    assert client.get(f"/leads/{lead.code}/deals/new").status_code == 200
    wrong = client.post(f"/leads/{lead.code}/deals", data={"title": "Fair", "value": "x"})
    assert wrong.status_code == 422
    made = client.post(f"/leads/{lead.code}/deals", data={"title": "Fair", "value": "99"})
    session.rollback()
    opened = session.scalars(select(Deal)).one()
    assert (opened.title, opened.value) == ("Fair", 99)
    assert made.location == f"/deals/{opened.code}"


def test_deal_won_before_its_first_contact_is_flagged(client, session, house):
    lead = make_bofu_lead(session, house)
    new = service.NewDeal(lead=lead, title="Early", currency="EUR")
    early = service.By(user_id=None, now=utcnow(), occurred_at=lead_time(session, lead))
    won = service.record_closed(session, new, outcome=DealStatus.WON, by=early)
    session.commit()
    log_in(client, Role.VIEWER)
    assert "before the first contact" in client.get(f"/deals/{won.code}").text


def lead_time(session, lead):
    """Return a moment before anything was known of a lead."""
    return journey.handoff.of_lead(session, lead.workspace_id, lead.id)[0].offered_at.replace(
        year=2020
    )


def test_table_filters_and_searches(client, session, deal):
    assert "firm.example" in client.get("/pipeline/list?status=open&q=FIRM").text
    assert "None like this" in client.get("/pipeline/list?status=won").text
    assert client.get("/pipeline/list?owner=stranger").status_code == 422
    assert client.get("/pipeline?pipeline=nothing").status_code == 404


def test_only_an_owner_furnishes(client, session, deal):
    assert client.get("/pipeline/settings").status_code == 403
    assert client.post("/pipeline/settings/templates/agency").status_code == 403


def test_owner_adds_a_template_and_makes_it_the_default(client, session, house):
    session.commit()
    log_in(client, Role.OWNER)
    added = client.post("/pipeline/settings/templates/agency").location
    assert "Chemistry meeting" in client.get(added).text
    client.post(f"{added}/default")
    session.rollback()
    assert setup.default_pipeline(session, house.workspace.id).name == "Agency"
    assert client.post("/pipeline/settings/templates/circus").status_code == 422


def test_owner_renames_adds_and_orders_stages(client, session, house):
    pipeline = setup.default_pipeline(session, house.workspace.id)
    first = pipeline.stages[0].code
    session.commit()
    log_in(client, Role.OWNER)
    place = f"/pipeline/settings/{pipeline.code}"
    client.post(f"{place}/name", data={"name": "Ours"})
    client.post(f"{place}/stages", data={"name": "Pilot", "rot_days": "30"})
    changed = {"name": "Met", "rot_days": "5", "criteria": "They came"}
    client.post(f"{place}/stages/{first}", data=changed)
    client.post(f"{place}/stages/{first}/shift", data={"way": "later"})
    session.rollback()
    session.expire_all()
    found = setup.default_pipeline(session, house.workspace.id)
    assert (found.name, found.stages[1].name, found.stages[-1].name) == ("Ours", "Met", "Pilot")


def test_wrong_names_and_days_are_shown_at_their_field(client, session, house):
    pipeline = setup.default_pipeline(session, house.workspace.id)
    session.commit()
    log_in(client, Role.OWNER)
    place = f"/pipeline/settings/{pipeline.code}"
    assert client.post(f"{place}/name", data={"name": " "}).status_code == 422
    late = client.post(f"{place}/stages", data={"name": "Pilot", "rot_days": "0"})
    assert (late.status_code, "1 to 3650" in late.text) == (422, True)
    again = client.post("/pipeline/settings/reasons", data={"name": "price"})
    assert (again.status_code, "in the list already" in again.text) == (409, True)


def test_board_of_one_owner_shows_only_theirs(client, session, deal):
    owner = queries.owners(session, deal.workspace_id)[0]
    assert "No deal is open here." in client.get(f"/pipeline?owner={owner.code}").text
