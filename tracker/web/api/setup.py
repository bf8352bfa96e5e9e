"""Puts the JSON API up: every family, one description, one shape of error."""

from typing import Any

from flask import Flask
from flask_smorest import Api

from tracker.web import errors
from tracker.web.api import docs
from tracker.web.companies.api import blueprint as companies
from tracker.web.content.api import blueprint as content
from tracker.web.content.api import classings
from tracker.web.content.patterns_api import blueprint as patterns
from tracker.web.duplicates.api import blueprint as duplicates
from tracker.web.handoff.api import blueprint as handoffs
from tracker.web.leads.merges_api import blueprint as leads
from tracker.web.pipeline.api import blueprint as deals
from tracker.web.pipeline.api import pipelines
from tracker.web.reports.api import blueprint as funnel
from tracker.web.sites.api import blueprint as sites
from tracker.web.stages.api import blueprint as stages
from tracker.web.touches.api import blueprint as touches

FAMILIES = (
    leads,
    companies,
    duplicates,
    touches,
    content,
    patterns,
    classings,
    handoffs,
    deals,
    pipelines,
    funnel,
    stages,
    sites,
)

DESCRIPTION = (
    "Everything that the pages show, for programs. Log in with a token in the header "
    "`Authorization: Bearer jt_…` (an owner makes one under Settings), or with the cookie of "
    "somebody who is logged in and the header `X-CSRFToken`. Things are named by opaque codes, "
    "moments are ISO 8601 in UTC, money is a decimal in a string. Lists have `items`, `total`, "
    "`limit` and `offset`. Every error is `{code, status, message, errors?}`."
)


class TrackerApi(Api):
    """flask-smorest with our answers to errors: it would answer pages in JSON, too."""

    def handle_http_exception(self, error: Any) -> Any:
        """Return the error in the shape that the asker understands."""
        return errors.http_error(error)


def init_app(app: Flask) -> None:
    """Put every family up and describe it."""
    app.config.update(API_TITLE="Journey Tracker", API_VERSION="v1", OPENAPI_VERSION="3.0.3")
    api = TrackerApi(
        app,
        spec_kwargs={
            "info": {"description": DESCRIPTION},
            "security": [{"token": []}, {"cookie": []}],
        },
    )
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.components.security_scheme(
        "cookie", {"type": "apiKey", "in": "cookie", "name": "tracker_session"}
    )
    for family in FAMILIES:
        api.register_blueprint(family)
    app.extensions["api"] = api
    app.register_blueprint(docs.blueprint)
