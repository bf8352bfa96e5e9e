"""How much one client and one key may send, and what they are told."""

import dataclasses

import pytest
from segment.analytics.client import Client

from tests.doors import Knock
from tests.torture.field import KEY as SITE
from tests.torture.field import Ground
from tracker.collector import network
from tracker.config import Settings
from tracker.errors import Invalid
from tracker.web.collect.rates import Rate, is_near

FAR = "203.0.113.7"
TRACK = {"type": "track", "event": "Demo Requested", "userId": "u-1"}


class Clock:
    """A clock that goes when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Stand behind one proxy."""
    return dataclasses.replace(settings, trusted_proxies=1, rate_client=7, rate_key=9)


@pytest.fixture
def knock(knock: Knock) -> Knock:
    """Let a client send ten messages, while time stands still."""
    knock.door.desk._per_client = Rate(1, monotonic=Clock())
    return knock


def send(knock: Knock, number: int, *, address: str = FAR) -> list[int]:
    """Ask for so many pixels and return the statuses."""
    return [knock.pixel({"X-Forwarded-For": address}).status_code for _ in range(number)]


def test_who_sends_too_much_is_told_when_to_come_again(knock):
    assert send(knock, 10) == [200] * 10
    answer = knock.batch(TRACK, headers={"X-Forwarded-For": FAR})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert answer.json["code"] == 429
    assert "more than one sender" in answer.json["message"]
    assert knock.counts() == {"accepted": 10, "refused": 1}


def test_the_pixel_stays_a_picture(knock):
    send(knock, 10)
    answer = knock.pixel({"X-Forwarded-For": FAR})
    assert (answer.status_code, answer.mimetype) == (429, "image/gif")
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_batch_is_refused_to_the_message(knock):
    answers = [knock.batch(*[TRACK] * 6, headers={"X-Forwarded-For": FAR}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert knock.counts() == {"accepted": 6, "refused": 6}
    assert 'reason="rate_limited"} 6' in knock.client.get("/metrics").text


def test_neighbours_share_and_others_do_not(knock):
    send(knock, 10)
    assert send(knock, 1, address="203.0.113.200") == [429]
    assert send(knock, 1, address="198.51.100.7") == [200]


def test_an_address_that_the_client_made_up_is_not_believed(knock):
    forwarded = [f"10.0.0.{n}, {FAR}" for n in range(11)]
    answers = [knock.pixel({"X-Forwarded-For": each}).status_code for each in forwarded]
    assert answers == [200] * 10 + [429]


def test_the_operators_own_network_is_not_limited(knock):
    assert send(knock, 30, address="127.0.0.1") == [200] * 30


def test_a_key_has_a_limit_where_the_operator_sets_one(knock):
    knock.door.desk._per_key = Rate(1, monotonic=Clock())
    assert send(knock, 10, address="127.0.0.1") == [200] * 10
    assert send(knock, 1, address="198.51.100.7") == [429]


def test_a_library_waits_as_it_is_told_and_loses_nothing(tmp_path):
    url = f"sqlite:///{tmp_path}/tracker.sqlite3"
    ground = Ground(url=url, directory=tmp_path, environ={"TRACKER_RATE_KEY": "50"})
    failed: list = []
    try:
        host = f"http://127.0.0.1:{ground.serve().port}"
        client = Client(SITE, host=host, on_error=lambda error, _: failed.append(error))
        for number in range(600):
            client.track("u-1", "Webinar Attended", {"webinar_id": f"wb-{number}"})
        client.flush()
        client.shutdown()
        for server in ground.servers:
            server.terminate()
        counted = ground.stats()
    finally:
        ground.close()
    assert failed == []
    assert counted["accepted"] == 600
    assert counted["received"] == 600 + counted["refused"] > 600


def test_an_unknown_key_says_so_whoever_asks(knock):
    send(knock, 11)
    far = {"X-Forwarded-For": FAR}
    assert knock.pixel(far, k="nobody").status_code == 401


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "172.31.9.9", "192.168.1.1", "fd00::1",
     "fe80::1", "169.254.0.1", "::ffff:10.0.0.1", ""],
)  # fmt: skip
def test_near_addresses(address):
    assert is_near(network.cut(address))


@pytest.mark.parametrize(
    "address", [FAR, "11.0.0.1", "172.32.0.1", "192.169.0.1", "2001:db8::1", "::ffff:8.8.8.8"]
)
def test_far_addresses(address):
    assert not is_near(network.cut(address))


def test_a_bucket_fills_at_its_pace():
    clock = Clock()
    rate = Rate(5, burst=2, monotonic=clock)
    assert [rate.take("a", 1) for _ in range(11)] == [0] * 10 + [1]
    clock.now += 1
    assert [rate.take("a", 1) for _ in range(6)] == [0] * 5 + [1]


def test_what_is_refused_costs_nothing():
    clock = Clock()
    rate = Rate(1, burst=10, monotonic=clock)
    rate.take("a", 10)
    assert [rate.take("a", 4) for _ in range(100)] == [4] * 100
    clock.now += 4
    assert rate.take("a", 4) == 0


def test_a_batch_beyond_the_bucket_passes_when_it_is_full_and_is_paid_for_later():
    clock = Clock()
    rate = Rate(1, burst=10, monotonic=clock)
    assert rate.take("a", 100) == 0
    assert rate.take("a", 1) == 91
    clock.now += 91
    assert rate.take("a", 1) == 0


def test_no_more_senders_are_remembered_than_fit():
    rate = Rate(1, burst=1, known=100)
    for sender in range(1000):
        rate.take(sender, 1)
    assert len(rate) == 100
    assert rate.take(999, 1) == 1


def test_a_rate_of_zero_remembers_nobody():
    rate = Rate(0)
    assert rate.take("a", 1_000_000) == 0
    assert len(rate) == 0


def test_the_operator_says_how_much(door):
    assert (door.desk._per_client.per_second, door.desk._per_key.per_second) == (7, 9)


def test_clients_are_limited_unless_the_operator_says_no():
    assert Settings.from_env({}).rate_client == 1000
    assert Settings.from_env({"TRACKER_RATE_CLIENT": "0"}).rate_client == 0


@pytest.mark.parametrize("name", ["TRACKER_RATE_CLIENT", "TRACKER_RATE_KEY", "TRACKER_ACK"])
def test_a_wrong_setting_is_named(name):
    with pytest.raises(Invalid, match=name):
        Settings.from_env({name: "-1"})
