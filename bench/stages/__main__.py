"""`python -m bench.stages [--quick]`: measure, print the table, write JSON."""

import argparse
import json
import time

from bench.collector import machine
from bench.collector.__main__ import RESULTS, show
from bench.stages import history, incremental, lives

PARTS = ("incremental", "history", "lives")


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.stages", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the touches, noisier")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--touches", type=int, help="how many are told again (history)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite",
                        help="where history is told again")  # fmt: skip
    asked = parser.parse_args()
    before = machine.describe()
    print(f"{before['system']}, Python {before['python']}, load before {before['load']}")
    found = {}
    for part in asked.only or PARTS:
        found[part] = run(part, asked)
        show(part, found[part])
    after = machine.describe()
    print(f"load after {after['load']}")
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"stages-{time.strftime('%Y%m%d-%H%M%S')}.json"
    file.write_text(json.dumps({"before": before, "after": after} | found, indent=1))
    print(f"written: {file.relative_to(RESULTS.parents[1])}")


def run(part, asked):
    if part == "incremental":
        found = incremental.measure(asked.rounds, 4 if asked.quick else 20)
        return found | {"ratios": incremental.ratios(found["rows"])}
    if part == "history":
        number = asked.touches or (100_000 if asked.quick else 1_000_000)
        found = history.measure(asked.rounds, number, asked.database)
        return found | {"ratios": history.ratios(found["rows"])}
    found = lives.measure(asked.rounds, 5_000 if asked.quick else 50_000)
    return found | {"ratios": lives.ratios(found["rows"])}


if __name__ == "__main__":
    main()
