"""What the database itself cannot keep is isolated; the rest of its batch is stored."""

from tests.builders import NOON
from tests.doors import KEY
from tests.loops import waited
from tracker.collector.domain import DropReason, Hit, MessageType, Outcome
from tracker.workspaces import service as workspaces


def hits(knock, number: int) -> list[Hit]:
    with knock.database.reading() as session:
        site = workspaces.find_by_write_key(session, KEY)
    return [
        Hit(
            workspace_id=site.workspace_id,
            site_id=site.id,
            message_id=f"m-{place}".encode(),
            type=MessageType.PAGE,
            occurred_at=NOON,
            received_at=NOON,
            anonymous_id="anon-1",
            url="https://a.example/x",
        )
        for place in range(number)
    ]


def test_a_hit_that_the_database_refuses_is_kept_apart(knock):
    batch = hits(knock, 20)
    batch[7] = batch[7]._replace(site_id=999)
    outcomes = waited(knock.door.intake.put(batch))
    assert outcomes.pop(7) is Outcome.QUARANTINED
    assert outcomes == [Outcome.ACCEPTED] * 19
    assert [row.reason for row in knock.quarantine()] == [DropReason.REJECTED_BY_STORE]
    assert knock.counts() == {"accepted": 19, "quarantined": 1}


def test_the_next_batch_is_stored_as_if_nothing_had_happened(knock):
    good, bad = hits(knock, 2)
    assert waited(knock.door.intake.put([bad._replace(site_id=999)])) == [Outcome.QUARANTINED]
    assert waited(knock.door.intake.put([good])) == [Outcome.ACCEPTED]
    assert len(knock.touches()) == 1
