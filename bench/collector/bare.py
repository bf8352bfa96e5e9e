"""Insert the same rows with nothing around them: the driver alone, and through SQLAlchemy.

Run as a command of its own, so that it can be pinned to the server's core.
"""

import json
import shutil
import sys
import time

from tracker.db import Database, make_engine
from tracker.driver import execute_many

ROWS = 20_000


def main(path, rounds):
    rows, sql = _take(path)
    empty = f"{path}.empty"
    _empty(path, empty)
    taken = []
    for _ in range(int(rounds)):
        for batch in (100, 500):
            for way in (by_driver, by_session):
                shutil.copy(empty, f"{path}.copy")
                engine = make_engine(f"sqlite:///{path}.copy")
                began, spent = time.perf_counter(), time.process_time()
                way(engine, sql, [rows[at : at + batch] for at in range(0, len(rows), batch)])
                spent, took = time.process_time() - spent, time.perf_counter() - began
                engine.dispose()
                taken.append(
                    {
                        "way": way.__name__,
                        "batch": batch,
                        "rate": len(rows) / took,
                        "cpu_us": spent / len(rows) * 1e6,
                    }
                )
    print(json.dumps(taken))


def by_driver(engine, sql, batches):
    connection = engine.raw_connection().driver_connection
    cursor = connection.cursor()
    for rows in batches:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(sql, rows)
        connection.commit()


def by_session(engine, sql, batches):
    database = Database(engine)
    for rows in batches:
        with database.writing() as session:
            execute_many(session, sql, rows)
            session.commit()


def _take(path):
    with make_engine(f"sqlite:///{path}").connect() as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM touch LIMIT {ROWS}")
        names = list(found.keys())
        marks = ",".join("?" * len(names))
        return [
            tuple(row) for row in found
        ], f"INSERT INTO touch ({','.join(names)}) VALUES ({marks})"


def _empty(path, target):
    shutil.copy(path, target)
    with make_engine(f"sqlite:///{target}").connect() as connection:
        connection.exec_driver_sql("DELETE FROM touch")
        connection.commit()
    driver = make_engine(f"sqlite:///{target}").raw_connection().driver_connection
    driver.execute("VACUUM")
    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    driver.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
