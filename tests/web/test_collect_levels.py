"""Who says who it was: a claim links, proof also corrects, and nobody is told anything."""

import base64

import pytest
from sqlalchemy import select

from tests.doors import KEY
from tracker.clock import utcnow
from tracker.collector.proof import sign
from tracker.handoff import service as handoff
from tracker.identity.models import Lead, VisitorEdge
from tracker.touches.models import Visitor
from tracker.workspaces import service as workspaces
from tracker.workspaces import tokens
from tracker.workspaces.domain import Scope

SECRET = "is_secret"
WHO = {"type": "identify", "userId": "u-1", "traits": {"email": "ana@firm.example", "name": "Ana"}}
SIGNATURE = sign(SECRET, user_id="u-1", email="ana@firm.example")
OTHER = WHO | {"traits": {"email": "ana@firm.example", "name": "Anna Lee", "title": "Buyer"}}
DEMO = {"type": "track", "event": "Demo Requested", "userId": "u-1"}


@pytest.fixture
def bearer(knock):
    """Give the headers of a server with a token that may write."""
    return {"Authorization": f"Basic {basic(KEY, token(knock, Scope.WRITE))}"}


def token(knock, *scopes):
    with knock.database.writing() as session:
        workspace = workspaces.the_workspace(session)
        _, secret = tokens.add(session, workspace.id, "Server", scopes=scopes, now=utcnow())
        session.commit()
    return secret


def basic(*parts):
    return base64.b64encode(":".join(parts).encode()).decode()


def require_proof(knock):
    with knock.database.writing() as session:
        workspaces.the_workspace(session).requires_proof = True
        session.commit()


def lead(knock, key="u:u-1"):
    with knock.database.reading() as session:
        query = select(Lead).join(VisitorEdge, VisitorEdge.lead_id == Lead.id)
        query = query.join(Visitor, Visitor.id == VisitorEdge.visitor_id)
        return session.scalars(query.where(Visitor.key == key)).one()


def test_a_claim_says_who_it_is_and_verifies_nobody(knock):
    knock.beacon(WHO | {"anonymousId": "phone"})
    ana = lead(knock)
    assert (ana.name, ana.is_known, ana.is_verified) == ("Ana", True, False)
    assert lead(knock, "a:phone").id == ana.id


def test_a_claim_never_overwrites_a_field_and_fills_what_is_empty(knock):
    knock.beacon(WHO)
    knock.beacon(OTHER)
    assert (lead(knock).name, lead(knock).title) == ("Ana", "Buyer")


def test_a_server_with_a_token_verifies_and_corrects_what_was_claimed(knock, bearer):
    knock.beacon(OTHER)
    assert knock.batch(WHO, headers=bearer).status_code == 200
    ana = lead(knock)
    assert (ana.name, ana.title, ana.is_verified) == ("Ana", "Buyer", True)


def test_what_was_proved_is_not_proved_otherwise_later(knock, bearer):
    knock.batch(WHO, headers=bearer)
    knock.batch(OTHER, headers=bearer)
    knock.beacon(WHO | {"traits": {"name": "Mallory"}})
    assert lead(knock).name == "Ana"


def test_a_page_with_a_signature_verifies(knock):
    knock.change_site(identity_secret=SECRET)
    knock.beacon(WHO | {"signature": SIGNATURE})
    assert lead(knock).is_verified


def test_a_signature_may_stand_in_the_context(knock):
    knock.change_site(identity_secret=SECRET)
    knock.beacon(WHO | {"context": {"signature": SIGNATURE}})
    assert lead(knock).is_verified


@pytest.mark.parametrize("secret", ["", "is_other"])
@pytest.mark.parametrize("signature", [SIGNATURE, SIGNATURE[0], [SIGNATURE], "", None])
def test_a_signature_by_another_secret_is_a_claim(knock, secret, signature):
    knock.change_site(identity_secret=secret)
    assert knock.beacon(WHO | {"signature": signature}).json == {"success": True}
    assert not lead(knock).is_verified


def test_the_answer_is_the_same_for_somebody_known_somebody_new_and_a_wrong_signature(knock):
    knock.change_site(identity_secret=SECRET)
    new = knock.beacon(WHO)
    same = knock.beacon(WHO)
    wrong = knock.beacon(WHO | {"signature": "0" * 64})
    right = knock.beacon(WHO | {"signature": SIGNATURE})
    assert new.data == same.data == wrong.data == right.data
    assert list(new.headers) == list(same.headers) == list(wrong.headers) == list(right.headers)


def test_a_token_may_be_a_bearer_beside_the_key_in_the_body(knock):
    headers = {"Authorization": f"Bearer {token(knock, Scope.WRITE)}"}
    assert knock.batch(WHO, writeKey=KEY, headers=headers).status_code == 200
    assert lead(knock).is_verified


def test_a_library_that_takes_a_write_key_alone_takes_both_as_one(knock):
    headers = {"Authorization": f"Basic {basic(KEY, token(knock, Scope.WRITE), '')}"}
    assert knock.batch(WHO, headers=headers).status_code == 200
    assert lead(knock).is_verified


def test_a_token_that_may_not_write_here_is_refused_and_nothing_is_kept(knock):
    for secret in ("jt_unknown", token(knock, Scope.READ)):
        answer = knock.batch(WHO, headers={"Authorization": f"Basic {basic(KEY, secret)}"})
        assert (answer.status_code, answer.json["code"]) == (401, 401)
    assert knock.touches() == []
    assert knock.counts() == {"refused": 2}


def test_a_browser_proves_nothing_by_a_token(knock, bearer):
    knock.beacon(WHO, headers=bearer)
    assert not lead(knock).is_verified


def test_proof_of_whose_a_browser_is_comes_before_a_claim(knock, bearer):
    knock.beacon({"type": "identify", "userId": "mallory", "anonymousId": "phone"})
    knock.batch(WHO | {"anonymousId": "phone"}, headers=bearer)
    assert lead(knock, "a:phone").id == lead(knock).id


def test_where_proof_is_wanted_a_claim_links_nothing(knock, bearer):
    require_proof(knock)
    knock.beacon(WHO | {"anonymousId": "phone"})
    assert len({lead(knock, key).id for key in ("u:u-1", "a:phone", "e:ana@firm.example")}) == 3
    knock.batch(WHO | {"anonymousId": "phone"}, headers=bearer)
    assert len({lead(knock, key).id for key in ("u:u-1", "a:phone", "e:ana@firm.example")}) == 1


def test_where_proof_is_wanted_only_the_verified_are_offered(knock, bearer):
    require_proof(knock)
    knock.beacon(DEMO)
    assert offers(knock) == 0
    knock.batch(WHO, headers=bearer)
    assert offers(knock) == 1


def offers(knock):
    with knock.database.reading() as session:
        return len(handoff.queue(session, workspaces.the_workspace(session).id))


def test_an_alias_with_proof_joins_two_that_we_know_and_a_public_one_does_not(knock, bearer):
    alias = {"type": "alias", "previousId": "u-0", "userId": "u-1"}
    knock.batch(DEMO, DEMO | {"userId": "u-0"}, alias)
    assert lead(knock).id != lead(knock, "u:u-0").id
    knock.batch(alias, headers=bearer)
    assert lead(knock).id == lead(knock, "u:u-0").id


@pytest.mark.parametrize("bad", ["null", "undefined", "anonymous", "guest", "[object Object]",
                                 "NaN", "0", True, "none", "test", "email", "x", "  "])  # fmt: skip
def test_an_id_that_everybody_might_have_joins_nobody_and_is_warned_of(knock, bad):
    touch = {"type": "page", "userId": bad, "anonymousId": "phone"}
    answer = knock.beacon(touch)
    assert [(w["code"], w["field"]) for w in answer.json["warnings"]] == [("illegal_id", "userId")]
    assert knock.visitors() == {"a:phone"}
