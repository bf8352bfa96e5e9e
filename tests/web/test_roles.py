"""Who may call what: every route says it, and the door keeps it."""

import pytest

from tests.people import log_in
from tracker.workspaces.domain import Role, may

# Whoever stands before the door may see these; everything else names its roles.
PUBLIC = {
    "/static/<path:filename>",
    "/healthz",
    "/login",
    "/logout",
    "/setup",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes(app):
    """Give every route that is not public, with its methods and its view."""
    for rule in app.url_map.iter_rules():
        if rule.rule not in PUBLIC:
            yield rule, sorted(rule.methods & set(METHODS)), app.view_functions[rule.endpoint]


def roles_of(view, method):
    """Return the roles that a view names, or None."""
    of_class = getattr(view, "view_class", None)
    target = getattr(of_class, method.lower(), None) if of_class else view
    return getattr(target, "required_roles", getattr(view, "required_roles", None))


def path_of(rule):
    """Return an address of a route at which nothing lies."""
    number = {"version": 999}
    return rule.build({name: number.get(name, "no-such-thing") for name in rule.arguments})[1]


def test_every_route_says_who_may_call_it(app):
    silent = {
        f"{method} {rule.rule}"
        for rule, methods, view in routes(app)
        for method in methods
        if not roles_of(view, method)
    }
    assert silent == set()


def test_the_public_list_is_not_longer_than_it_must_be(app):
    known = {rule.rule for rule in app.url_map.iter_rules()}
    assert PUBLIC - known <= {"/healthz"}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_call_what_the_route_says_and_nothing_else(app, client, role):
    log_in(client, role)
    wrong = []
    for rule, methods, view in routes(app):
        for method in methods:
            status = client.open(path_of(rule), method=method).status_code
            if (status == 403) is may(role, *roles_of(view, method)) or status >= 500:
                wrong.append(f"{role}: {method} {rule.rule} gave {status}")
    assert wrong == []


def test_nobody_gets_in_without_logging_in(app, client):
    open_to_all = []
    for rule, methods, _view in routes(app):
        for method in methods:
            status = client.open(path_of(rule), method=method).status_code
            if status not in (302, 400, 401):
                open_to_all.append(f"{method} {rule.rule} gave {status}")
    assert open_to_all == []
