"""`tracker replay`."""

import json

from click.testing import CliRunner

from tests.builders import NOON, make_bofu_lead, make_house
from tracker import versions as way
from tracker.cli.main import main
from tracker.stages import service as stages
from tracker.stages import versions
from tracker.stages.documents import default_document
from tracker.stages.domain import Work


def test_a_version_that_is_being_published_comes_into_force(engine, database):
    env = {"TRACKER_DATABASE_URL": engine.url.render_as_string(hide_password=False)}
    with database.writing() as session:
        home = make_house(session)
        make_bofu_lead(session, home)
        row = versions.save_draft(session, home.workspace.id, default_document())
        way.begin(session, row, Work.REPLAY, now=NOON)
        session.commit()
    for slices in (2, 0):
        result = CliRunner().invoke(main, ["replay", "--json"], env=env)
        assert (result.exit_code, json.loads(result.stdout)) == (0, {"slices": slices})
    with database.reading() as session:
        assert stages.active(session, home.workspace.id)[1].version == 2
