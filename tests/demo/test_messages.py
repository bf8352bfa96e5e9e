"""The messages of the demo look like those of a site."""

import json
from collections.abc import Iterator
from random import Random

from tests.builders import NOON
from tracker.collector.domain import Hit, MessageType
from tracker.collector.traits import traits_of
from tracker.demo.acts import all_acts
from tracker.demo.messages import Address, hit_of
from tracker.demo.moments import DAY, webinar_dates
from tracker.demo.story import PERIOD, lives

TO = Address(workspace_id=1, site_id=1)


def hits() -> Iterator[Hit]:
    rng = Random(7)
    people = lives(rng, now=NOON, leads=300)
    held = webinar_dates(NOON - PERIOD * DAY, NOON)
    return (hit_of(rng, act, life, TO) for act, life in all_acts(people, held))


def test_a_message_has_an_id_of_its_own():
    ids = [hit.message_id for hit in hits()]
    assert len(set(ids)) == len(ids)


def test_nothing_arrives_before_it_happened():
    assert all(hit.received_at >= hit.occurred_at for hit in hits())


def test_every_message_can_be_laid_at_somebodys_door():
    assert all(hit.anonymous_id or hit.email for hit in hits())


def test_what_is_said_can_be_read_again_from_what_is_kept():
    for hit in hits():
        if hit.type is MessageType.IDENTIFY:
            assert traits_of(json.loads(hit.properties)) == hit.traits
