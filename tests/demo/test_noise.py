"""What is nobody's in the demo."""

from random import Random

from tests.builders import NOON, days
from tracker.demo.messages import Address
from tracker.demo.noise import AGENTS, robot_hits, unreadable
from tracker.touches.agents import class_of
from tracker.touches.domain import AgentClass

TO = Address(workspace_id=1, site_id=1)


def test_no_robot_passes_for_a_human():
    assert AgentClass.HUMAN not in {class_of(agent) for agent in AGENTS}


def test_a_robot_has_no_name():
    hits = robot_hits(Random(1), TO, since=NOON - days(9), now=NOON, number=50)
    assert not any(hit.anonymous_id or hit.email for hit in hits)


def test_what_nobody_can_read_is_put_aside_in_order():
    moments = [
        r.received_at for r in unreadable(Random(1), TO, since=NOON - days(9), now=NOON, number=9)
    ]
    assert moments == sorted(moments)
