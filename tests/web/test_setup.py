"""The first-run set-up: one owner, once."""

import threading

import pytest
from sqlalchemy import func, select

from tests.people import allow_forms, log_in
from tracker.stages.models import StageModelRow
from tracker.workspaces.models import Site, User, Workspace

FORM = {
    "workspace": "Acme",
    "name": "Ann Owner",
    "email": "ann@acme.example",
    "password": "fourteen blue whales",
}


def test_an_empty_house_asks_for_its_owner(client):
    assert client.get("/login").location == "/setup"
    assert client.get("/setup").status_code == 200


def test_the_owner_comes_in_and_sees_the_snippet(client, session):
    allow_forms(client)
    answer = client.post("/setup", data=FORM)
    assert answer.location == "/sites"
    key = session.scalar(select(Site.write_key).where(Site.name == "Website"))
    assert key in client.get("/sites").text
    assert session.scalar(select(func.count()).select_from(StageModelRow)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("workspace", ""),
        ("workspace", "x" * 121),
        ("name", ""),
        ("email", "nobody"),
        ("password", "short"),
        ("password", "x" * 129),
        ("password", "password123"),
        ("password", "acme2026"),
    ],
)
def test_a_wrong_field_is_named_and_nobody_is_made(client, session, field, value):
    allow_forms(client)
    answer = client.post("/setup", data={**FORM, field: value})
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text
    assert session.scalar(select(func.count()).select_from(Workspace)) == 0


def test_afterwards_there_is_no_set_up(client):
    log_in(client)
    assert client.get("/setup").status_code == 404
    assert client.post("/setup", data=FORM).status_code == 404


def test_of_many_at_once_one_becomes_the_owner(app, session):
    codes = []
    start = threading.Barrier(6)

    def found(number):
        client = app.test_client()
        allow_forms(client)
        start.wait()
        form = {**FORM, "email": f"ann{number}@acme.example"}
        codes.append(client.post("/setup", data=form).status_code)

    threads = [threading.Thread(target=found, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [302] + [404] * 5
    assert session.scalar(select(func.count()).select_from(User)) == 1
    assert session.scalar(select(func.count()).select_from(Workspace)) == 1
