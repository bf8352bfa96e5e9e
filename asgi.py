"""What an ASGI server other than `tracker serve` imports, in the process that serves."""

from tracker.app import open_house
from tracker.cli.house import with_secret
from tracker.config import Settings

app = open_house(with_secret(Settings.from_env()))
