"""The one table from what went wrong to HTTP: pages for people, JSON under /api/."""

from http import HTTPStatus
from typing import Any

from flask import Flask, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from tracker.collector.faults import Fault, fault_of
from tracker.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    TrackerError,
    Unauthorized,
    Unavailable,
)
from tracker.web import context

STATUS: dict[type[TrackerError], int] = {
    Invalid: 422,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
}


def init_app(app: Flask) -> None:
    """Answer every error as a page, or as JSON where a program asked."""
    app.register_error_handler(TrackerError, _tracker_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(SQLAlchemyError, _store_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """Return whether a program is asking."""
    return request.path.startswith("/api/") and request.path != "/api/docs"


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer an error that the framework raised."""
    if isinstance(error, SecurityError):
        # Called by a strange name, we build no address under it, and so no page.
        return "400 Bad Request\n", 400, {"Content-Type": "text/plain"}
    data: dict[str, Any] = getattr(error, "data", None) or {}
    messages = data.get("messages")
    code = error.code or 500
    # What a program may do here instead, and when it may come again, stands in the headers.
    kept = {name: text for name, text in error.get_headers() if name in ("Allow", "Retry-After")}
    words = "some fields are not right" if messages else error.description or error.name
    return answer(code, HTTPStatus(code).phrase, words, messages, kept)


def answer(
    code: int, status: str, message: str, errors: Any = None, headers: Any = None
) -> ResponseReturnValue:
    """Return an error in the shape that the asker understands."""
    context.roll_back()
    if wants_json():
        body = {"code": code, "status": status, "message": message}
        if errors:
            body["errors"] = errors
        return jsonify(body), code, headers or {}
    return (
        render_template("error.html", code=code, status=status, message=message),
        code,
        headers or {},
    )


def _tracker_error(error: TrackerError) -> ResponseReturnValue:
    code = STATUS[type(error)]
    if code == 401 and not wants_json() and request.method in context.READING:
        context.roll_back()
        return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
    headers = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unavailable):
        headers["Retry-After"] = "1"
    status = HTTPStatus(code).phrase
    return answer(code, status, error.message, error.fields or None, headers)


def _stale(_error: StaleDataError) -> ResponseReturnValue:
    return answer(409, "Conflict", "somebody else changed this a moment ago; look again")


def _store_error(error: SQLAlchemyError) -> ResponseReturnValue:
    if fault_of(error) is Fault.BAD_HIT:
        return _unexpected(error)
    current_app.logger.error("the store does not answer: %s", type(error).__name__, exc_info=error)
    return _tracker_error(Unavailable("the store does not answer; try again in a moment"))


def _unexpected(_error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("unexpected error at %s", request.path)
    return answer(500, "Internal Server Error", "something went wrong here; it is in the log")
