"""Every screen family that has pages, in the order of the journey; `app.py` puts them up."""

from flask import Blueprint

from tracker.web.auth import pages as auth
from tracker.web.companies import pages as companies
from tracker.web.content import events, many, patterns, sheet
from tracker.web.content import pages as content
from tracker.web.duplicates import pages as duplicates
from tracker.web.handoff import pages as handoff
from tracker.web.health import pages as health
from tracker.web.help import pages as help_page
from tracker.web.imports import pages as imports
from tracker.web.leads import by_hand, merging
from tracker.web.leads import pages as leads
from tracker.web.pipeline import board, deals, moves
from tracker.web.pipeline import settings as pipelines
from tracker.web.quarantine import pages as quarantine
from tracker.web.reports import pages as reports
from tracker.web.settings import pages as settings
from tracker.web.sites import pages as sites
from tracker.web.stages import backtests, drafts, editor, evidence
from tracker.web.stages import pages as stages
from tracker.web.team import pages as team

PAGES: tuple[Blueprint, ...] = (
    auth.blueprint,
    reports.blueprint,
    leads.blueprint,
    merging.blueprint,
    by_hand.blueprint,
    companies.blueprint,
    duplicates.blueprint,
    handoff.blueprint,
    board.blueprint,
    deals.blueprint,
    moves.blueprint,
    pipelines.blueprint,
    content.blueprint,
    events.blueprint,
    patterns.blueprint,
    many.blueprint,
    sheet.blueprint,
    sites.blueprint,
    quarantine.blueprint,
    health.blueprint,
    stages.blueprint,
    drafts.blueprint,
    backtests.blueprint,
    editor.blueprint,
    evidence.blueprint,
    help_page.blueprint,
    team.blueprint,
    settings.blueprint,
    imports.blueprint,
)
