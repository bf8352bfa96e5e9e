"""The sites page: what to copy, what arrives, and who may change it."""

import pytest
from sqlalchemy import select

from tests.builders import NOON, look_again, make_house
from tests.people import log_in
from tracker.clock import utcnow
from tracker.collector.domain import DropReason, Outcome
from tracker.collector.models import HitCount, QuarantinedHit
from tracker.workspaces.domain import Role
from tracker.workspaces.models import AuditEntry, Site


@pytest.fixture
def house(session, client):
    house = make_house(session)
    session.commit()
    log_in(client, Role.MARKETER, house.workspace)
    return house


def site_of(session, house):
    look_again(session)
    return session.get(Site, house.site.id)


def test_a_site_shows_what_to_copy_and_that_it_waits(client, house):
    page = client.get("/sites").text
    assert "Waiting for the first hit" in page
    for start in ("/t.js", "/p.gif?k=", "/v1/batch -u "):
        assert f"http://localhost{start}" in page
    assert page.count(house.site.write_key) >= 3


def test_a_site_that_was_heard_shows_its_day(client, session, house):
    for outcome, number in ((Outcome.ACCEPTED, 1234), (Outcome.REFUSED, 5)):
        session.add(
            HitCount(
                workspace_id=house.workspace.id,
                site_id=house.site.id,
                day=utcnow().date(),
                outcome=outcome,
                reason="" if outcome is Outcome.ACCEPTED else "no_consent",
                number=number,
                last_at=utcnow(),
            )
        )
    session.commit()
    page = client.get("/sites").text
    assert "Waiting" not in page
    assert ("1,239" in page, "1,234" in page) == (True, True)
    assert "the visitor has not agreed (5)" in page


def test_what_was_filtered_is_shown_and_cannot_run(client, session, house):
    session.add(
        QuarantinedHit(
            workspace_id=house.workspace.id,
            site_id=house.site.id,
            received_at=NOON,
            reason=DropReason.MALFORMED,
            body="<script>alert(1)</script>",
        )
    )
    session.commit()
    page = client.get("/sites").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    log_in(client, Role.VIEWER, house.workspace)
    assert "alert(1)" not in client.get("/sites").text


def test_a_new_site_gets_a_key_of_its_own(client, session, house):
    assert client.post("/sites", data={"name": " Partner  portal "}).status_code == 302
    added = session.scalars(select(Site).where(Site.name == "Partner portal")).one()
    assert added.write_key.startswith("wk_") and added.write_key != house.site.write_key


@pytest.mark.parametrize("name", ["", "   ", 121 * "x", "a\0b"])
def test_a_wrong_name_is_told_at_the_field_and_kept(client, session, house, name):
    for path in ("/sites", f"/sites/{house.site.code}"):
        answer = client.post(path, data={"name": name})
        assert answer.status_code == 422
    assert site_of(session, house).name == "Web"


def test_consent_can_be_required_and_the_snippet_says_so(client, session, house):
    said = {"name": "Web", "consent_required": "1"}
    client.post(f"/sites/{house.site.code}", data=said)
    assert site_of(session, house).consent_required
    assert "data-consent=&#34;required&#34;" in client.get("/sites").text
    client.post(f"/sites/{house.site.code}", data={"name": "Web"})
    assert not site_of(session, house).consent_required


def test_a_new_key_ends_the_old_one_and_is_written_down(client, session, house):
    old = house.site.write_key
    client.post(f"/sites/{house.site.code}/key")
    assert site_of(session, house).write_key != old
    assert old not in client.get("/sites").text
    assert "site:key changed" in session.scalars(select(AuditEntry.action)).all()


def test_an_identity_secret_is_shown_once_and_written_down(client, session, house):
    address = f"/sites/{house.site.code}/secret"
    first, second = (client.post(address).text for _ in range(2))
    secret = site_of(session, house).identity_secret
    assert secret in second and secret not in first
    assert secret not in client.get("/sites").text
    assert "site:identity secret changed" in session.scalars(select(AuditEntry.action)).all()


@pytest.mark.parametrize("role", [Role.REP, Role.VIEWER])
def test_others_read_and_change_nothing(client, session, house, role):
    log_in(client, role, house.workspace)
    assert "Add site" not in client.get("/sites").text
    own = f"/sites/{house.site.code}"
    for path in ("/sites", own, f"{own}/key", f"{own}/secret"):
        assert client.post(path, data={"name": "Mine"}).status_code == 403
    assert site_of(session, house).name == "Web"
