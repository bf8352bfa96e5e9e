"""Every screen family that has pages, in the order of the journey; `app.py` puts them up."""

from flask import Blueprint

from tracker.web.auth import pages as auth
from tracker.web.content import pages as content
from tracker.web.settings import pages as settings
from tracker.web.sites import pages as sites
from tracker.web.team import pages as team

PAGES: tuple[Blueprint, ...] = (
    auth.blueprint,
    content.blueprint,
    sites.blueprint,
    team.blueprint,
    settings.blueprint,
)
