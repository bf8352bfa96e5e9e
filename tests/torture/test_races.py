"""One message counts once, however many send it, and wherever."""

import uuid

from sqlalchemy import text

from tests.torture.field import Ground, Load, get, in_threads, pixel
from tests.torture.test_kill import assert_nothing_lost


def test_a_thousand_copies_of_one_message_count_once(ground: Ground) -> None:
    is_sqlite = ground.url.startswith("sqlite")
    ports = [ground.serve().port] if is_sqlite else [ground.serve().port, ground.serve().port]
    message = uuid.uuid4()
    statuses = []

    def send(number: int) -> None:
        for _ in range(20):
            statuses.append(get(ports[number % len(ports)], pixel(message, "one"))[0])

    in_threads(50, send)
    assert set(statuses) == {200}
    assert ground.stored() == [message.bytes]
    hits = ground.stats()
    assert (hits["accepted"], hits["duplicate"]) == (1, 999)


def test_two_servers_on_one_database_agree(postgres_ground: Ground) -> None:
    ports = [postgres_ground.serve().port, postgres_ground.serve().port]
    with Load(ports, connections=16) as load:
        load.wait_for(2000, within=60)
    assert set(load.statuses) == {200}
    assert_nothing_lost(postgres_ground, load)


def test_leads_of_two_servers_are_not_doubled(postgres_ground: Ground) -> None:
    ports = [postgres_ground.serve().port, postgres_ground.serve().port]

    def send(number: int) -> None:
        for n in range(20):
            assert get(ports[number % 2], pixel(uuid.uuid4(), f"shared-{n}"))[0] == 200

    in_threads(16, send)
    engine = postgres_ground.engine()
    with engine.connect() as connection:
        leads = connection.execute(text("SELECT count(*) FROM lead WHERE merged_into_id IS NULL"))
        assert leads.scalar() == 20
    engine.dispose()
    assert postgres_ground.differences() == []
