"""Puts the house together."""

import logging

from flask import Flask

from tracker.config import Settings
from tracker.db import Database, make_engine
from tracker.web import context, errors, shell
from tracker.web.blueprints import PAGES


def create_app(settings: Settings) -> Flask:
    """Return the application on the database and with the secret of its settings."""
    app = Flask(
        __name__, root_path=str(settings.home), template_folder="templates", static_folder="static"
    )
    app.logger.setLevel(logging.getLevelName(settings.log_level))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body,
    )
    app.extensions["database"] = Database(make_engine(settings.database_url))
    app.extensions["settings"] = settings
    context.init_app(app)
    shell.init_app(app, settings)
    errors.init_app(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    return app
