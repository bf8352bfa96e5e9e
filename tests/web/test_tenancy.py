"""Workspaces are sealed: with a code of another workspace, every route answers 404.

The routes come from the application. A new route with a code in it fails the first test until
its beginning is in the table below, with the thing whose code it takes.
"""

import pytest
from sqlalchemy import select

from tests.builders import lead_of, make_bofu_lead, make_house, record
from tests.people import log_in, make_user
from tracker import journey
from tracker.clock import utcnow
from tracker.collector import service as collector
from tracker.collector.domain import DropReason, Reject
from tracker.collector.models import QuarantinedHit
from tracker.handoff import service as handoff
from tracker.handoff.domain import HandoffStatus
from tracker.pipeline.models import DealStage, Pipeline
from tracker.touches import items
from tracker.touches.domain import ContentKind, Subject
from tracker.touches.items import NewPattern
from tracker.touches.models import Content
from tracker.workspaces import tokens
from tracker.workspaces.audit import By
from tracker.workspaces.domain import Role, Scope

# The beginning of a route, and what lies there.
THINGS = (
    ("/team/<", "user"),
    ("/settings/tokens/<", "token"),
    ("/sites/<", "site"),
    ("/quarantine/<", "quarantined"),
    ("/content/<", "content"),
    ("/content/patterns/<", "pattern"),
    ("/content/many/undo/<", "classing"),
    ("/leads/<", "lead"),
    ("/companies/<", "company"),
    ("/handoffs/<", "handoff"),
    ("/deals/<", "deal"),
    ("/pipeline/settings/<code>", "pipeline"),
    ("/api/v1/leads/<", "lead"),
    ("/api/v1/companies/<", "company"),
    ("/api/v1/handoffs/<", "handoff"),
    ("/api/v1/deals/<", "deal"),
    ("/api/v1/content/<", "content"),
    ("/api/v1/content-patterns/<", "pattern"),
    ("/api/v1/classings/<", "classing"),
    ("/api/v1/sites/<", "site"),
)
# What other parts of a route are the code of.
PARTS = {"merge_code": "merge", "stage": "deal_stage"}
# Nothing of a workspace lies at these; a version is counted from 1 in each of them.
NOBODYS = {
    "/static/<path:filename>",
    "/pipeline/settings/templates/<name>",
    "/api/v1/stages/versions/<int:version>/backtest",
}
# Where a view reads the form before it looks, it finds nothing to complain about.
FORM = {"way": "earlier"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def make_everything(session, name):
    """Return a workspace and the code of one thing of each kind in it."""
    house = make_house(session, name)
    workspace = house.workspace
    lead = make_bofu_lead(session, house, f"ana@{name.lower()}.example")
    record(session, house.page(f"/{name.lower()}", email=lead.email))
    record(session, house.page(user_id=f"twin-of-{name}"))
    twin = lead_of(session, house, f"u:twin-of-{name}")
    offered = handoff.queue(session, workspace.id)[0].code
    yes = handoff.Answer(verdict=HandoffStatus.ACCEPTED, by=None)
    _, deal = journey.answer_handoff(session, workspace, offered, answer=yes, now=utcnow())
    by = By(workspace_id=workspace.id, user_id=None, now=utcnow())
    new = NewPattern(subject=Subject.ADDRESS, text=f"/{name}", kind=ContentKind.ARTICLE)
    pattern, classing = items.add_pattern(session, new, by=by)
    token, _secret = tokens.add(session, workspace.id, name, scopes=[Scope.READ], now=utcnow())
    place = {"workspace_id": workspace.id, "site_id": house.site.id}
    bad = Reject(**place, received_at=utcnow(), reason=DropReason.MALFORMED, body=f'"{name}"')
    collector.keep(session, [bad])
    return workspace, {
        "user": make_user(session, workspace, Role.REP).user.code,
        "token": token.code,
        "site": house.site.code,
        "quarantined": first(session, QuarantinedHit, workspace).code,
        "content": first(session, Content, workspace).code,
        "pattern": pattern.code,
        "classing": classing.code,
        "lead": lead.code,
        "merge": journey.merge_leads(
            session, lead, twin, by=None, reason="one person", now=utcnow()
        ).code,
        "company": lead.company.code,
        "handoff": offered,
        "deal": deal.code,
        "pipeline": first(session, Pipeline, workspace).code,
        "deal_stage": first(session, DealStage, workspace).code,
    }


def first(session, model, workspace):
    """Return one row of a workspace."""
    return session.scalars(select(model).filter_by(workspace_id=workspace.id)).first()


@pytest.fixture
def two(session, client):
    """Log an owner of one workspace in; give its things and those of another workspace."""
    mine, own = make_everything(session, "Mine")
    _theirs, foreign = make_everything(session, "Theirs")
    session.commit()
    log_in(client, workspace=mine)
    return own, foreign


def routes_to_things(app):
    """Give every route that takes a code, and the kind of thing it is the code of."""
    for rule in app.url_map.iter_rules():
        if rule.arguments and rule.rule not in NOBODYS:
            kinds = [kind for start, kind in THINGS if rule.rule.startswith(start)]
            yield rule, kinds[0] if kinds else None


def address(rule, kind, things):
    """Return where a thing lies."""
    return rule.build({name: things[PARTS.get(name, kind)] for name in rule.arguments})[1]


def test_every_route_with_a_code_is_in_the_table(app):
    assert {rule.rule for rule, kind in routes_to_things(app) if kind is None} == set()


def test_what_belongs_to_others_is_not_there(app, client, two):
    _own, foreign = two
    seen = []
    for rule, kind in routes_to_things(app):
        for method in sorted(rule.methods & METHODS):
            answer = client.open(address(rule, kind, foreign), method=method, data=FORM)
            if answer.status_code != 404 or "theirs" in answer.text.lower():
                seen.append(f"{method} {rule.rule} gave {answer.status_code}")
    assert seen == []


def test_a_part_of_others_is_not_there_either(app, client, two):
    own, foreign = two
    mixed = own | {kind: foreign[kind] for kind in PARTS.values()}
    seen = []
    for rule, kind in routes_to_things(app):
        for method in sorted(rule.methods & METHODS if rule.arguments & PARTS.keys() else ()):
            answer = client.open(address(rule, kind, mixed), method=method, data=FORM)
            if answer.status_code != 404:
                seen.append(f"{method} {rule.rule} gave {answer.status_code}")
    assert seen == []


def test_what_is_ours_is_there(app, client, two):
    own, _foreign = two
    missing = [
        rule.rule
        for rule, kind in routes_to_things(app)
        if "GET" in rule.methods and client.get(address(rule, kind, own)).status_code == 404
    ]
    assert missing == []


@pytest.mark.parametrize("header", ["X-Workspace-Id", "X-Workspace", "X-Forwarded-Host"])
def test_no_header_leads_into_another_workspace(client, two, header):
    _own, _foreign = two
    page = client.get("/settings?workspace=Theirs", headers={header: "Theirs"}).text
    assert 'value="Mine"' in page
