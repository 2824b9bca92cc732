"""`python -m sample_company LANDING`: fill an empty landing folder with the sample company."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sample_company.company import NotGenerated, generate
from sample_company.systems import SOURCES


def main(
    arguments: Sequence[str] | None = None, *, program: str = "python -m sample_company", landing: Path | None = None
) -> int:
    """Read `arguments` (default: the command line) and generate; 0, or 2 with one line on standard error.

    `landing` is the folder if the arguments name none.
    """
    parser = argparse.ArgumentParser(prog=program, description="Fill an empty landing folder with the sample company.")
    parser.add_argument(
        "landing", type=Path, nargs="?" if landing else None, default=landing, help="an empty or new folder"
    )
    parser.add_argument("--seed", type=int, default=7, help="another seed gives another company (default 7)")
    parser.add_argument("--reps", type=int, default=40, help="12 to 4000 (default 40)")
    parser.add_argument("--months", type=int, default=24, help="months up to September 2026, 6 to 120 (default 24)")
    parser.add_argument("--activities", type=int, help="about how many (default: about five per deal)")
    parser.add_argument(
        "--source", action="append", choices=SOURCES, help="only this source; may be given several times"
    )
    parser.add_argument("--monthly-extracts", type=int, help="month-end extracts for how many months (default: all)")
    parser.add_argument("--daily-extracts", type=int, help="extracts on how many of the last days (default 14)")
    parser.add_argument(
        "--without-breaks", action="store_true", help="everything is recorded in the same way throughout"
    )
    parser.add_argument("--truth", type=Path, help="also write the known truth to this JSON file")
    given = parser.parse_args(arguments)
    if given.truth and given.truth.resolve().is_relative_to(given.landing.resolve()):
        parser.error(f"--truth {given.truth}: lies in the landing folder. Name a file elsewhere.")
    try:
        truth = generate(
            given.landing,
            seed=given.seed,
            reps=given.reps,
            months=given.months,
            activities=given.activities,
            sources=tuple(given.source or SOURCES),
            monthly_extracts=given.monthly_extracts,
            daily_extracts=given.daily_extracts,
            with_breaks=not given.without_breaks,
        )
    except NotGenerated as error:
        print(error, file=sys.stderr)
        return 2
    if given.truth:
        truth.write(given.truth)
    deals = truth.won_count + truth.lost_count + truth.open_count
    print(f"{given.landing}: {deals} deals ({truth.won_count} won, {truth.lost_count} lost) as of {truth.as_of_date}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
