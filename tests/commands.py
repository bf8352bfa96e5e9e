"""The command line as an operator has it: settings in, words and an exit code out."""

from click.testing import CliRunner, Result

from tracker.cli.main import main
from tracker.config import Settings


def run(settings: Settings, *arguments: object, input: str = "", **env: str) -> Result:
    """Run a command on the database of some settings."""
    usual = {
        "TRACKER_DATABASE_URL": settings.database_url,
        "TRACKER_SECRET_FILE": str(settings.secret_file),
    }
    runner = CliRunner(env=usual | env)
    return runner.invoke(main, [str(argument) for argument in arguments], input=input)
