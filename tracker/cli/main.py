"""The group of all commands."""

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Follow people from the first touch to the won deal."""
