"""Workspaces and their sites."""

import pytest

from tests.builders import NOON, make_house
from tracker.errors import Conflict, Invalid, NotFound
from tracker.workspaces import service
from tracker.workspaces.domain import SiteKind


def test_a_new_key_opens_the_site_and_the_old_one_nothing(session):
    house = make_house(session)
    old = house.site.write_key
    service.rotate_key(session, house.site)
    assert service.find_by_write_key(session, old) is None
    assert service.find_by_write_key(session, house.site.write_key) is house.site


def test_a_key_that_others_have_cannot_be_brought_along(session):
    house, other = make_house(session), make_house(session, "Other")
    with pytest.raises(Conflict):
        service.add_site(
            session, other.workspace.id, "Copy", now=NOON, write_key=house.site.write_key
        )


@pytest.mark.parametrize("key", [" ", "two words", 101 * "k", "ключ"])
def test_a_key_is_plain(session, key):
    house = make_house(session)
    with pytest.raises(Invalid):
        service.add_site(session, house.workspace.id, "Odd", now=NOON, write_key=key)


@pytest.mark.parametrize("name", ["", "  ", 121 * "n"])
def test_a_site_has_a_name(session, name):
    house = make_house(session)
    with pytest.raises(Invalid):
        service.change_site(session, house.site, name=name, consent_required=False)


def test_people_do_not_see_the_site_of_imports(session):
    house = make_house(session)
    assert service.sites(session, house.workspace.id) == [house.site]
    assert service.import_site(session, house.workspace.id).kind is SiteKind.IMPORT


def test_others_sites_are_not_there(session):
    house, other = make_house(session), make_house(session, "Other")
    with pytest.raises(NotFound):
        service.get_site(session, other.workspace.id, house.site.code)


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("zone", {"zone": "Europe/Nowhere"}),
        ("currency", {"currency": "EURO"}),
        ("name", {"name": ""}),
    ],
)
def test_a_workspace_that_makes_no_sense_is_refused_by_field(session, field, facts):
    house = make_house(session)
    usual = {"name": "Acme", "zone": "UTC", "currency": "EUR"}
    with pytest.raises(Invalid) as refused:
        service.change(session, house.workspace, **usual | facts)
    assert field in refused.value.fields
