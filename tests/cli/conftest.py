"""The command line as an operator has it: settings in, words and an exit code out."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from tests.builders import House, make_house
from tracker.cli.main import main

Run = Callable[..., Result]


@pytest.fixture
def tracker(settings) -> Run:
    """Run a command on the empty database."""
    usual = {
        "TRACKER_DATABASE_URL": settings.database_url,
        "TRACKER_SECRET_FILE": str(settings.secret_file),
    }

    def run(*arguments: object, input: str = "", **env: str) -> Result:
        runner = CliRunner(env=usual | env)
        return runner.invoke(main, [str(argument) for argument in arguments], input=input)

    return run


@pytest.fixture
def house(session) -> House:
    """Give a furnished workspace that the commands see."""
    house = make_house(session)
    session.commit()
    return house
