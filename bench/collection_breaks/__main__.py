"""`python -m bench.collection_breaks [--seeds N] [--first N] [--verbose]`: prints how well breaks are detected."""

import argparse
import os
import time

from bench.collection_breaks.measure import run_all, tables


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.collection_breaks")
    parser.add_argument("--seeds", type=int, default=40, help="companies per kind and strength")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cases", nargs="*", default=[], help="kinds, innocent changes or clean (default: all)")
    parser.add_argument("--verbose", action="store_true", help="list what was flagged and what was missed")
    words = parser.parse_args()
    started = time.monotonic()
    outcomes = run_all(range(words.first, words.first + words.seeds), words.workers, words.cases)
    if words.verbose:
        for each in outcomes:
            is_break = bool(each.strength)
            if (is_break and not (each.is_found and each.is_kind_right and each.is_population_right)) or (
                not is_break and each.flagged
            ):
                print(each.case, each.strength, each.seed, each.planted, *(f"\n    {note}" for note in each.noted))
    for name, table in tables(outcomes).items():
        print(f"\n{name}\n{table.round(3).to_string(index=name != 'summary')}")
    print(f"\n{len(outcomes)} companies in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
