"""`python -m bench.stages [--quick]`: measure, print the table, write JSON."""

from bench import report
from bench.stages import history, incremental, lives

PARTS = ("incremental", "history", "lives")


def main():
    parser = report.arguments("stages", PARTS, quick="a tenth of the touches, noisier")
    parser.add_argument("--touches", type=int, help="how many are told again (history)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite",
                        help="where history is told again")  # fmt: skip
    report.carry_out("stages", PARTS, run, parser.parse_args())


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
