"""`python -m bench.whole_companies [--companies N] [--first SEED] [--keep FOLDER]`: exit 1 if a goal is missed."""

import argparse
import sys
import tempfile
from pathlib import Path

from bench.whole_companies.build import SHAPES, build
from bench.whole_companies.measure import by_kind, evaluate, goals


def main() -> int:
    """Build the companies one by one, print the result of each, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.whole_companies")
    parser.add_argument(
        "--companies", type=int, default=6, help="how many companies; the shapes are used in turn (default 6)"
    )
    parser.add_argument(
        "--first", type=int, default=100, help="seed of the first company; the next ones follow (default 100)"
    )
    parser.add_argument("--skip", type=int, default=0, help="leave out this many companies at the start")
    parser.add_argument("--keep", type=Path, help="write each company's profile and breaks into this folder")
    words = parser.parse_args()
    outcomes = []
    for number in range(words.skip, words.companies):
        with tempfile.TemporaryDirectory() as scratch:
            built = build(SHAPES[number % len(SHAPES)], words.first + number, Path(scratch) / "home")
        if words.keep:
            words.keep.mkdir(parents=True, exist_ok=True)
            built.profile.to_csv(words.keep / f"profile_{number}.csv.gz", index=False)
            built.listed.to_csv(words.keep / f"listed_{number}.csv", index=False)
            built.truth.write(words.keep / f"truth_{number}.json")
        each = evaluate(built)
        outcomes.append(each)
        print(f"{each.company}: {len(each.found)} planted, {each.series_years:.0f} series-years, {each.seconds:.0f} s")
        for found in each.found:
            if (
                not found.is_found
                or not found.is_kind_right
                or not found.is_population_right
                or (found.onset_weeks or 0) > 1
            ):
                print(f"    missed or wrong: {found.planted} (found: {found.is_found}, weeks off: {found.onset_weeks})")
        for alarm in each.alarms:
            print(f"    false alarm: {alarm}")
        for change, is_flagged in each.innocent.items():
            if is_flagged:
                print(f"    innocent change flagged: {change}")
        sys.stdout.flush()
    table, held = by_kind(outcomes), goals(outcomes)
    print(f"\n{table.round(3).to_string()}\n\n{held.round(3).to_string(index=False)}")
    return 0 if held["holds"].all() else 1


if __name__ == "__main__":
    sys.exit(main())
