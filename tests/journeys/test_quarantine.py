"""From the door to quarantine and back: nothing is lost, nothing counts twice, the sum stays."""

import json
import threading

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tests.builders import NOON
from tests.doors import KEY
from tests.loops import waited
from tracker import journey
from tracker.clock import utcnow
from tracker.collector.domain import DropReason, Hit, MessageType, Outcome
from tracker.collector.faults import Fault, fault_of
from tracker.collector.models import QuarantinedHit
from tracker.collector.quarantine import Which
from tracker.collector.replay import Replayed
from tracker.workspaces import service as workspaces
from tracker.workspaces.models import Site


def again(knock, limit=100) -> Replayed:
    """Judge again what is in quarantine, as pages do; after a clash, once more."""
    try:
        return once_again(knock, limit)
    except DBAPIError as error:
        assert fault_of(error) is Fault.TRY_AGAIN
        return again(knock, limit)


def once_again(knock, limit: int) -> Replayed:
    """Judge again in one transaction."""
    with knock.database.writing() as session:
        which = Which(workspace_id=workspaces.the_workspace(session).id)
        became, _last = journey.judge_again(session, which, now=utcnow(), limit=limit)
        session.commit()
    return became


def mend(knock, **better) -> None:
    """Change what was kept, as if the rules had become milder."""
    with knock.database.writing() as session:
        for row in session.scalars(select(QuarantinedHit)):
            row.body = json.dumps(json.loads(row.body) | better)
        session.commit()


def test_a_message_comes_back_as_if_it_had_been_good_at_once(knock):
    good = {"event": "Demo Requested", "userId": "4711", "timestamp": "2026-03-04T10:00:00Z"}
    late = {"sentAt": "2026-03-04T12:00:00Z", "context": {"userAgent": "curl/8", "ip": "192.0.2.7"}}
    for number, kind in enumerate(("track", "?")):
        message = good | {"type": kind, "messageId": f"m-{number}"}
        knock.batch(message, **late)
    mend(knock, type="track")
    assert again(knock) == Replayed(accepted=1)
    straight, around = knock.touches()
    facts = ("visitor_id", "content_id", "agent_id", "network", "properties", "sent_at")
    assert {name: getattr(around, name) for name in facts} == {
        name: getattr(straight, name) for name in facts
    }
    assert around.received_at - around.occurred_at == straight.received_at - straight.occurred_at
    assert knock.counts() == {"accepted": 2}


def test_a_hit_that_the_store_refused_is_taken_in_once_the_store_can(knock):
    with knock.database.reading() as session:
        site = workspaces.find_by_write_key(session, KEY)
    hit = Hit(
        workspace_id=site.workspace_id,
        site_id=999,
        message_id=b"m-1",
        type=MessageType.PAGE,
        occurred_at=NOON,
        received_at=NOON,
        anonymous_id="anon-1",
        url="https://a.example/" + 2000 * "x",
        properties=json.dumps({"x": 7000 * "y"}),
    )
    outcomes = waited(knock.door.intake.put([hit, hit._replace(site_id=site.id)]))
    assert outcomes == [Outcome.QUARANTINED, Outcome.ACCEPTED]
    assert again(knock) == Replayed(quarantined=1)
    assert [row.reason for row in knock.quarantine()] == [DropReason.REJECTED_BY_STORE]
    with knock.database.writing() as session:
        workspace_id = site.workspace_id
        session.add(
            Site(id=999, workspace_id=workspace_id, name="S", write_key="k", created_at=NOON)
        )
        session.commit()
    assert again(knock) == Replayed(accepted=1)
    assert [touch.site_id for touch in knock.touches()] == [site.id, 999]
    assert [touch.properties for touch in knock.touches()] == 2 * [hit.properties]
    assert knock.counts() == {"accepted": 2}


def test_judging_again_beside_the_intake_loses_and_doubles_nothing(knock):
    def message(number: int, kind: str) -> dict:
        return {"type": kind, "userId": f"u-{number % 5}", "messageId": f"m-{number}"}

    knock.batch(*(message(number, "?") for number in range(60)))
    mend(knock, type="page")
    senders = [
        threading.Thread(target=knock.batch, args=[message(number, "page")]) for number in range(60)
    ]
    for sender in senders:
        sender.start()
    became = Replayed()
    while knock.quarantine():
        became += again(knock, limit=7)
    for sender in senders:
        sender.join()
    assert (became.accepted + became.duplicate, became.quarantined) == (60, 0)
    assert len(knock.touches()) == 60
    assert knock.counts() == {"accepted": 60, "duplicate": 60}
