"""Many people move one card: real threads, real connections, both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy.orm.exc import StaleDataError

from tests.builders import NOON, make_deal, make_house
from tracker import journey
from tracker.errors import Conflict
from tracker.pipeline import queries, service, setup

COUNT = 12


def test_of_many_who_saw_one_version_exactly_one_moves_the_deal(session, database):
    house = make_house(session)
    deal = make_deal(session, house)
    code, seen, place = deal.code, deal.version, house.workspace.id
    goals = [stage.code for stage in setup.default_pipeline(session, place).stages[1:]]
    session.commit()
    start = Barrier(COUNT)

    def move(number):
        start.wait()
        with database.writing() as own:
            try:
                found = service.get(own, place, code, version=seen)
                by = service.By(user_id=None, now=NOON)
                journey.move_deal(own, found, goals[number % len(goals)], by=by)
            except (Conflict, StaleDataError):
                return False
            own.commit()
            return True

    with ThreadPoolExecutor(COUNT) as threads:
        assert sum(threads.map(move, range(COUNT))) == 1
    with database.reading() as fresh:
        assert len(queries.moves(fresh, service.get(fresh, place, code))) == 2
