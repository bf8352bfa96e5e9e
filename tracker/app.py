"""Puts the house together."""

import logging
import os
import signal
import threading

from flask import Flask

from tracker import jobs
from tracker.collector.intake import Intake
from tracker.config import Settings
from tracker.db import Database, make_engine
from tracker.tasks.runs import Runs
from tracker.web import context, errors, hygiene, shell
from tracker.web.api import setup as api
from tracker.web.blueprints import PAGES
from tracker.web.collect.asked import Limits
from tracker.web.collect.bodies import Bodies
from tracker.web.collect.door import Door
from tracker.web.collect.pages import Pages
from tracker.web.collect.store import make_sink

# Each writer counts in rows of its own; two that meet by chance only wait for each other.
WRITERS = 32


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
    hygiene.init_app(app)
    shell.init_app(app, settings)
    errors.init_app(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    api.init_app(app)
    return app


def create_door(settings: Settings, runs: Runs | None = None) -> Door:
    """Return the collector's door with the application behind it; its writer is not started."""
    app = create_app(settings)
    database: Database = app.extensions["database"]
    writer = 0 if settings.is_sqlite else os.getpid() % WRITERS
    intake = Intake(
        make_sink(database, writer=writer),
        limit=settings.queue,
        answers_early=settings.ack == "enqueue",
    )
    # For the page that says how the house is.
    app.extensions["intake"] = intake
    app.extensions["runs"] = runs or Runs()
    bodies = Bodies()
    return Door(
        Pages(app, bodies, threads=settings.threads, limit=settings.max_body),
        bodies,
        database=database,
        intake=intake,
        limits=Limits(
            large=settings.max_body,
            trusted_proxies=settings.trusted_proxies,
            rate_client=settings.rate_client,
            rate_key=settings.rate_key,
            public_url=settings.public_url,
        ),
        snippet=(settings.home / "static" / "t.js").read_bytes(),
    )


def open_house(settings: Settings) -> Door:
    """Return the door with writer and jobs at work until this process comes to its end."""
    runs = Runs(job.what for job in jobs.JOBS)
    door = create_door(settings, runs)
    stop = threading.Event()
    door.intake.start()
    work = threading.Thread(
        target=jobs.run_forever, args=(door.database, stop, runs), name="jobs", daemon=True
    )
    work.start()

    parent = os.getppid()

    def close() -> None:
        # The server's main thread ends when every request has been answered.
        while threading.main_thread().is_alive():
            threading.main_thread().join(timeout=1)
            if os.getppid() != parent:
                # Whoever would have told us to end was killed.
                os.kill(os.getpid(), signal.SIGTERM)
        stop.set()
        door.intake.stop()
        work.join(timeout=5)

    threading.Thread(target=close, name="close").start()
    return door
