"""One door for what browsers and programs type: text that no database can keep is refused."""

from collections.abc import Iterable

from flask import Flask, request

from tracker.errors import Invalid, NotFound


def init_app(app: Flask) -> None:
    """Look at every address, query and form before anybody works with it."""
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    # SQLite would keep a NUL and PostgreSQL fail: the same request, two answers.
    if any("\0" in str(value) for value in (request.view_args or {}).values()):
        raise NotFound("there is nothing at this address")
    for name, value in _typed():
        if "\0" in name or "\0" in value:
            where = name.replace("\0", "")
            raise Invalid("this contains a character that cannot be kept", fields={where: "NUL"})


def _typed() -> Iterable[tuple[str, str]]:
    yield from request.args.items(multi=True)
    if request.method == "POST":
        yield from request.form.items(multi=True)
