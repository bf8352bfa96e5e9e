"""Event names and the items that follow them."""

import pytest

from tests.builders import make_house, record
from tracker.errors import Invalid, NotFound
from tracker.touches import catalogue
from tracker.touches.domain import Classed, ContentKind


@pytest.mark.parametrize(
    "name", ["Trial Started", "trial_started", "TrialStarted", " trial-started "]
)
def test_a_name_is_the_same_however_it_is_written(session, name):
    house = make_house(session)
    first = catalogue.name_event(session, house.workspace.id, "Trial Started", ContentKind.DEMO)
    again = catalogue.name_event(session, house.workspace.id, name, ContentKind.SURVEY)
    assert (again.id, again.kind) == (first.id, ContentKind.SURVEY)


def test_a_name_must_hold_something(session):
    house = make_house(session)
    with pytest.raises(Invalid, match="needs a name"):
        catalogue.name_event(session, house.workspace.id, " - ", ContentKind.DEMO)


def test_items_that_were_classed_by_hand_follow_their_name_no_more(session):
    house = make_house(session)
    for asset in ("one", "two"):
        record(session, house.event("Trial Started", asset, anonymous_id="a"))
    one, two = catalogue.contents_of_event(session, house.workspace.id, "trial started")
    one.classed = Classed.HAND
    session.flush()
    following = catalogue.contents_following(session, house.workspace.id, "Trial Started")
    assert following == [two]


def test_others_content_is_not_there(session):
    house, other = make_house(session), make_house(session, "Other")
    record(session, house.event("Trial Started", anonymous_id="a"))
    (content,) = catalogue.contents_of_event(session, house.workspace.id, "trial started")
    with pytest.raises(NotFound):
        catalogue.get_content(session, other.workspace.id, content.code)
    assert catalogue.contents_of_event(session, other.workspace.id, "trial started") == []
