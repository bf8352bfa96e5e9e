"""The blueprint of an API family: bodies read with care, 404 before 422."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

import flask_smorest
from flask_login import current_user
from webargs.flaskparser import FlaskParser

from tracker.web.context import session


class Parser(FlaskParser):
    """Reads what a program sent; what cannot be read is refused, never a failure of ours."""

    # A misspelt filter that is ignored gives a wrong answer that looks right.
    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": "raise"}

    def _raw_load_json(self, req: Any) -> Any:
        try:
            return super()._raw_load_json(req)
        except json.JSONDecodeError:
            raise
        except (RecursionError, ValueError) as error:
            # Nested thousands deep, or a number of thousands of digits.
            raise json.JSONDecodeError(str(error), doc="too much", pos=0) from None


class ApiBlueprint(flask_smorest.Blueprint):
    """A family of endpoints under /api/v1."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(
            f"api-{name}", __name__, url_prefix=f"/api/v1/{name}", description=description
        )


def exists(get: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Answer 404 before the body is looked at: about what is not yours we say nothing else."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            get(session(), current_user.workspace_id, kwargs["code"])
            return view(*args, **kwargs)

        return guarded

    return decorate
