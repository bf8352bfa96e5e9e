"""`python -m bench.collector [--quick]`: measure, print the table, write JSON."""

import argparse
import json
import time
from pathlib import Path

from bench.collector import batches, beside, doors, growth, machine

RESULTS = Path(__file__).parents[1] / "results"
PARTS = ("doors", "batches", "growth", "beside", "sizes")


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.collector", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about three minutes, noisier")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--touches", type=int, help="how many are stored already (growth)")
    parser.add_argument("--minutes", type=int, help="how long memory is watched (sizes)")
    asked = parser.parse_args()
    machine.check()
    before = machine.describe()
    print(f"{before['system']}, Python {before['python']}, load before {before['load']}")
    found = {}
    for part in asked.only or PARTS:
        found[part] = run(part, asked)
        show(part, found[part])
    after = machine.describe()
    print(f"load after {after['load']}")
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"collector-{time.strftime('%Y%m%d-%H%M%S')}.json"
    file.write_text(json.dumps({"before": before, "after": after} | found, indent=1))
    print(f"written: {file.relative_to(RESULTS.parents[1])}")


def run(part, asked):
    seconds = 3 if asked.quick else 10
    if part == "doors":
        found = doors.measure(asked.rounds, seconds)
        return found | {"ratios": doors.ratios(found["rows"])}
    if part == "batches":
        found = batches.measure(asked.rounds, seconds)
        return found | {"ratios": batches.ratios(found["rows"])}
    if part == "growth":
        number = asked.touches or (1_000_000 if asked.quick else 10_000_000)
        return growth.compare(asked.rounds, seconds, number)
    if part == "beside":
        number = asked.touches or (200_000 if asked.quick else 1_000_000)
        found = beside.measure(asked.rounds, seconds, number)
        return found | {"ratios": beside.ratios(found["rows"])}
    return growth.sizes(asked.minutes * 60 if asked.minutes else 60 if asked.quick else 600)


def show(part, found):
    print(f"\n{part}")
    names = list(found["rows"][0])
    print("  ".join(f"{name:>12}" for name in names))
    for row in found["rows"]:
        print("  ".join(f"{_plain(row.get(name, '')):>12}" for name in names))
    for name, value, target in found["ratios"]:
        print(f"  {name:<64} {value:>10.1f}   {target}")
    if "stored" in found:
        print(f"  stored: {found['stored']}")


def _plain(value):
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
