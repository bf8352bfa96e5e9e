"""Measure the parts of a bench one after another, print the table, write JSON."""

import argparse
import json
import time
from pathlib import Path

from bench.collector import machine

RESULTS = Path(__file__).parent / "results"


def arguments(name, parts, *, quick):
    """Return the options that every bench has; each adds its own."""
    doc = f"`python -m bench.{name} [--quick]`: measure, print the table, write JSON."
    parser = argparse.ArgumentParser(prog=f"python -m bench.{name}", description=doc)
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--only", choices=parts, action="append", help="this part alone")
    parser.add_argument("--rounds", type=int, default=3)
    return parser


def carry_out(name, parts, run, asked):
    """Run the parts that are asked for, and keep what they found."""
    before = machine.describe()
    print(f"{before['system']}, Python {before['python']}, load before {before['load']}")
    found = {}
    for part in asked.only or parts:
        found[part] = run(part, asked)
        _show(part, found[part])
    after = machine.describe()
    print(f"load after {after['load']}")
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.json"
    file.write_text(json.dumps({"before": before, "after": after} | found, indent=1))
    print(f"written: {file.relative_to(RESULTS.parents[1])}")


def _show(part, found):
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
