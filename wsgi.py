"""What a WSGI server imports."""

from tracker.app import create_app
from tracker.config import Settings

app = create_app(Settings.from_env())
