"""Workspaces and their sites."""

import zoneinfo
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.errors import Conflict, Invalid, NotFound
from tracker.ids import new_secret, new_write_key
from tracker.workspaces.domain import SiteKind
from tracker.workspaces.models import Site, Workspace

IMPORT_SITE = "Imports"


def create(
    session: Session, name: str, *, now: datetime, zone: str = "UTC", currency: str = "EUR"
) -> Workspace:
    """Create a workspace and the site under which imported files are kept."""
    workspace = Workspace(name=_name(name), zone="UTC", currency="EUR", created_at=now)
    change(session, workspace, name=name, zone=zone, currency=currency)
    session.add(workspace)
    session.flush()
    add_site(session, workspace.id, IMPORT_SITE, now=now, kind=SiteKind.IMPORT)
    return workspace


def get(session: Session, workspace_id: int) -> Workspace:
    """Return the workspace that somebody is in."""
    return session.get_one(Workspace, workspace_id)


def change(session: Session, workspace: Workspace, *, name: str, zone: str, currency: str) -> None:
    """Change a workspace's name, time zone and currency; a wrong one raises Invalid."""
    if zone not in zoneinfo.available_timezones():
        raise Invalid("there is no such time zone", fields={"zone": "choose one of the list"})
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise Invalid("a currency has three letters", fields={"currency": "as in EUR"})
    workspace.name = _name(name)
    workspace.zone = zone
    workspace.currency = currency.upper()


def require_proof(session: Session, workspace: Workspace, *, is_required: bool) -> None:
    """Say whether only who has proof may say who somebody is, from now on."""
    workspace.requires_proof = is_required
    session.flush()


def add_site(
    session: Session,
    workspace_id: int,
    name: str,
    *,
    now: datetime,
    kind: SiteKind = SiteKind.WEB,
    write_key: str | None = None,
) -> Site:
    """Add a site; it gets a write key of its own unless one is brought along."""
    key = write_key or new_write_key()
    if not (1 <= len(key) <= 100 and key.isascii() and key.isprintable() and " " not in key):
        raise Invalid("this is no write key", fields={"write_key": "1 to 100 plain characters"})
    if find_by_write_key(session, key) is not None:
        raise Conflict("another site has this write key")
    site = Site(
        workspace_id=workspace_id, name=_name(name), kind=kind, write_key=key, created_at=now
    )
    session.add(site)
    session.flush()
    return site


def sites(session: Session, workspace_id: int) -> list[Site]:
    """Return the sites that people see, in the order in which they were made."""
    query = select(Site).where(Site.workspace_id == workspace_id, Site.kind == SiteKind.WEB)
    return list(session.scalars(query.order_by(Site.id)))


def all_sites(session: Session) -> list[Site]:
    """Return every site of every workspace that may send us hits."""
    query = select(Site).where(Site.kind == SiteKind.WEB)
    return list(session.scalars(query.options(joinedload(Site.workspace))))


def get_site(session: Session, workspace_id: int, code: str) -> Site:
    """Return the site with a code."""
    query = select(Site).where(Site.workspace_id == workspace_id, Site.code == code)
    site = session.scalar(query)
    if site is None:
        raise NotFound("there is no such site")
    return site


def change_site(session: Session, site: Site, *, name: str, consent_required: bool) -> None:
    """Change a site's name and whether its visitors must agree before anything is kept."""
    site.name = _name(name)
    site.consent_required = consent_required
    session.flush()


def rotate_key(session: Session, site: Site) -> None:
    """Give a site a new write key; the old one stops to open it."""
    site.write_key = new_write_key()
    session.flush()


def rotate_identity_secret(session: Session, site: Site) -> str:
    """Give a site a new secret to sign its users with, and return it this once."""
    site.identity_secret = new_secret("is_")
    session.flush()
    return site.identity_secret


def import_site(session: Session, workspace_id: int) -> Site:
    """Return the site under which imported files are kept."""
    query = select(Site).where(Site.workspace_id == workspace_id, Site.kind == SiteKind.IMPORT)
    return session.scalars(query.order_by(Site.id)).one()


def find_by_write_key(session: Session, key: str) -> Site | None:
    """Return the site that a write key belongs to."""
    return session.scalar(select(Site).where(Site.write_key == key))


def the_workspace(session: Session, code: str | None = None) -> Workspace:
    """Return the workspace with a code, or the only one there is."""
    query = select(Workspace).order_by(Workspace.id).limit(2)
    found = list(session.scalars(query.where(Workspace.code == code) if code else query))
    if not found:
        raise NotFound("there is no such workspace" if code else "there is no workspace yet")
    if len(found) > 1:
        raise Invalid("there are several workspaces: say which", fields={"workspace": "missing"})
    return found[0]


def _name(name: str) -> str:
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= 120:
        raise Invalid("a name has 1 to 120 characters", fields={"name": "1 to 120 characters"})
    return clean
