import json

from tests.builders import make_bofu_lead


def test_stats_count_what_there_is(tracker, house, session):
    make_bofu_lead(session, house)
    session.commit()
    told = json.loads(tracker("stats", "--json").stdout)
    assert told["touches"] == 2
    assert told["leads"] == {"tofu": 0, "mofu": 0, "bofu": 1, "none": 0}
    assert told["handoffs"]["offered"] == 1
    assert told["deals"] == {"open": 0, "won": 0, "lost": 0}


def test_received_is_the_sum_of_the_other_four(tracker, house):
    hits = json.loads(tracker("stats", "--json").stdout)["hits"]
    assert set(hits) == {"received", "accepted", "duplicate", "quarantined", "refused"}
    assert hits["received"] == sum(n for name, n in hits.items() if name != "received")


def test_stats_read_well(tracker, house):
    assert tracker("stats").output.startswith("hits      received 0")


def test_without_a_workspace_stats_say_so(tracker):
    result = tracker("stats")
    assert (result.exit_code, result.stderr) == (2, "Error: there is no workspace yet\n")
