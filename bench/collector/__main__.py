"""`python -m bench.collector [--quick]`: measure, print the table, write JSON."""

from bench import report
from bench.collector import batches, beside, doors, growth, machine

PARTS = ("doors", "batches", "growth", "beside", "sizes")


def main():
    parser = report.arguments("collector", PARTS, quick="about three minutes, noisier")
    parser.add_argument("--touches", type=int, help="how many are stored already (growth)")
    parser.add_argument("--minutes", type=int, help="how long memory is watched (sizes)")
    asked = parser.parse_args()
    machine.check()
    report.carry_out("collector", PARTS, run, asked)


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


if __name__ == "__main__":
    main()
