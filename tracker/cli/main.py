"""The group of all commands; each parses what it is given and calls a job or a service."""

from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from tracker.cli import demo, derived, facts, files, quarantine, replay, serve, storage, workspace
from tracker.errors import TrackerError, Unavailable


class Refused(click.ClickException):
    """What was asked makes no sense."""

    exit_code = 2


class Commands(click.Group):
    """Say in one line what went wrong: 2 for what was asked, 1 for what could not be done."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except TrackerError as error:
            told = error.message
            reasons = ", ".join(f"{k}: {why}" for k, why in error.fields.items() if why not in told)
            if isinstance(error, Unavailable):
                raise click.ClickException(error.message) from error
            text = f"{told} ({reasons})" if reasons else told
            raise Refused(text) from error
        except DBAPIError as error:
            first = str(error.orig).strip().partition("\n")[0]
            raise click.ClickException(f"the database does not answer: {first}") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Follow people from the first touch to the won deal.

    Settings come from TRACKER_* variables; docs/operate.md lists them. A command that fails
    says why in one line: exit code 2 means that what was asked makes no sense, 1 that it
    could not be done.
    """


main.add_command(workspace.init)
main.add_command(workspace.user)
main.add_command(workspace.site)
main.add_command(workspace.token)
main.add_command(facts.stats)
main.add_command(files.import_)
main.add_command(quarantine.quarantine)
main.add_command(storage.migrate)
main.add_command(storage.backup)
main.add_command(storage.restore)
main.add_command(serve.serve)
main.add_command(demo.demo)
main.add_command(derived.rebuild)
main.add_command(replay.replay)
main.add_command(derived.verify)
