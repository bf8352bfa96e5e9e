"""Errors as pages for people and as JSON for programs."""

from dataclasses import replace

import pytest

from tracker.app import create_app

# Nobody listens there.
NOWHERE = "postgresql+psycopg://tracker@127.0.0.1:1/tracker"


@pytest.mark.parametrize("path", ["/login", "/api/v1/leads"])
def test_a_store_that_does_not_answer_is_no_fault_of_the_asker(settings, path):
    client = create_app(replace(settings, database_url=NOWHERE)).test_client()
    answer = client.get(path, headers={"Authorization": "Bearer jt_x"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert "the store does not answer" in answer.text
