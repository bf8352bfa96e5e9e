"""The frame around every page: its names, its navigation, its headers, its tokens."""

from functools import cached_property

from flask import Flask, Response, g, request
from flask_login import current_user
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker.config import Settings
from tracker.handoff import service as handoff
from tracker.ids import new_code
from tracker.web import context, words
from tracker.web.assets import CDN, assets
from tracker.web.auth import who

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Nav:
    """What the navigation counts; asked only by pages that have one."""

    @cached_property
    def handoffs_open(self) -> int:
        """Return how many handoffs wait for an answer."""
        return handoff.open_count(context.session(), current_user.workspace_id)


def init_app(app: Flask, settings: Settings) -> None:
    """Put the frame up."""
    _trust(app, settings)
    who.init_app(app, settings)
    words.init_app(app, settings)
    _guard_forms(app, settings)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(assets=assets(settings.assets), csp_nonce=csp_nonce)
    app.context_processor(_names)
    app.after_request(_protect)


def csp_nonce() -> str:
    """Return the word by which this one page's scripts are known."""
    if "csp_nonce" not in g:
        g.csp_nonce = new_code()
    nonce: str = g.csp_nonce
    return nonce


def _names():
    # A proxy: whoever does not say `workspace` in a template (an error page) asks nobody for it.
    return {"workspace": LocalProxy(context.workspace), "nav": Nav()}


def _trust(app: Flask, settings: Settings) -> None:
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    public_host = settings.public_url.partition("://")[2].partition("/")[0].rpartition(":")
    named = {*settings.trusted_hosts, public_host[0] or public_host[2]} - {""}
    if named:
        app.config["TRUSTED_HOSTS"] = [*sorted(named), *LOOPBACK]


def _guard_forms(app: Flask, settings: Settings) -> None:
    is_https = settings.public_url.startswith("https://")
    app.config.update(
        # A form that was left open over lunch still works; its session ends it.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        SESSION_COOKIE_NAME="__Host-tracker_form" if is_https else "tracker_form",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    csrf = CSRFProtect(app)

    @app.before_request
    def check_origin() -> None:
        # Only a browser sends cookies by itself; a program that brings its token means it, and
        # one that brings nothing is told so by the view.
        is_program = request.path.startswith(who.API) and (
            who.has_token() or not current_user.is_authenticated
        )
        if request.endpoint and not is_program:
            csrf.protect()


def _protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _policy())
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
    return response


def _policy() -> str:
    origin = "https://" + CDN.split("/")[2]
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'nonce-{csp_nonce()}'",
            f"style-src 'self' {origin}",
            "img-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        )
    )
