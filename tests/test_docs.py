"""What the documentation must mention: settings, commands and endpoints."""

import importlib
import re
from collections.abc import Iterator

import click

from tests import house


def test_every_setting_is_described():
    settings = set(re.findall(r"TRACKER_[A-Z_]+[A-Z]", (house.HOUSE / "config.py").read_text()))
    assert {name for name in settings if f"`{name}`" not in _documentation()} == set()


def test_no_setting_is_described_that_does_not_exist():
    known = (house.HOUSE / "config.py").read_text()
    described = set(re.findall(r"`(TRACKER_[A-Z_]+[A-Z])", _documentation()))
    assert {name for name in described if name not in known} == set()


def test_every_command_is_mentioned():
    main = importlib.import_module("tracker.cli.main").main
    commands = {f"tracker {path}" for path in _commands(main)}
    assert {command for command in commands if command not in _documentation()} == set()


def test_every_command_says_what_it_does():
    main = importlib.import_module("tracker.cli.main").main
    assert [path for path, command in _commands(main).items() if not command.help] == []


def test_every_endpoint_says_what_it_does(app):
    endpoints = {
        rule.endpoint: app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    ours = {name: view for name, view in endpoints.items() if _is_ours(view)}
    assert ours
    assert [name for name, view in ours.items() if not view.__doc__] == []


def test_the_readme_is_short():
    assert len((house.ROOT / "README.md").read_text().splitlines()) <= 120


def test_every_decision_is_numbered_once():
    numbers = [path.name[:4] for path in (house.ROOT / "docs" / "adr").glob("[0-9]*.md")]
    assert sorted(numbers) == [f"{n:04}" for n in range(1, len(numbers) + 1)]


def _documentation() -> str:
    pages = [house.ROOT / "README.md", *(house.ROOT / "docs").rglob("*.md")]
    return "\n".join(page.read_text() for page in pages if page.exists())


def _commands(group: click.Command, prefix: str = "") -> dict[str, click.Command]:
    return dict(_walk(group, prefix))


def _walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name, child in command.commands.items():
        yield from _walk(child, f"{path} {name}".strip())


def _is_ours(view) -> bool:
    return view.__module__.startswith("tracker.")
