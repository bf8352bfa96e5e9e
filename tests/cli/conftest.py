"""Commands on the empty database, and a furnished workspace that they see."""

from collections.abc import Callable
from functools import partial

import pytest
from click.testing import Result

from tests import commands
from tests.builders import House, make_house


@pytest.fixture
def tracker(settings) -> Callable[..., Result]:
    """Run a command on the empty database."""
    return partial(commands.run, settings)


@pytest.fixture
def house(session) -> House:
    """Give a furnished workspace that the commands see."""
    house = make_house(session)
    session.commit()
    return house
