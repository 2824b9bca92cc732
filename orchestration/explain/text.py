"""An explanation for a person, and the same for a machine."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from orchestration.explain.explanation import Explanation, Listing


def explanation_json(explanation: Explanation) -> str:
    """Everything as one JSON object; amounts are text, so that none loses a digit."""
    described = {
        "subject": explanation.subject,
        "figures": explanation.figures,
        "how": list(explanation.how),
        "listings": [
            {
                "title": listing.title,
                "rows": [dict(zip(listing.columns, row, strict=True)) for row in listing.rows],
                "totals": [
                    {"figure": total.figure, "published": total.published, "listed": listing.sum_of(total)}
                    for total in listing.totals
                ],
            }
            for listing in explanation.listings
        ],
        "differences": explanation.differences,
    }
    return json.dumps(described, indent=2, default=str)


def explanation_lines(explanation: Explanation, *, limit: int) -> Iterator[str]:
    """The same to read, with at most `limit` rows per listing; the sums are of all rows."""
    yield from (f"{name:<26}{_shown(value)}" for name, value in explanation.subject.items())
    yield ""
    yield from (f"{name:<26}{_shown(value)}" for name, value in explanation.figures.items())
    yield ""
    yield from explanation.how
    for listing in explanation.listings:
        yield ""
        yield f"{listing.title}: {len(listing.rows):,}"
        yield from _table(listing, limit)
        for total in listing.totals:
            listed = _shown(listing.sum_of(total))
            if isinstance(total.published, int):
                listed = listed.removesuffix(".00")
            if total.published is None:
                yield f"  sum of {total.column}: {listed}; {total.figure} is null"
            else:
                yield f"  sum of {total.column}: {listed} = {total.figure} {_shown(total.published)}"
    for difference in explanation.differences:
        yield ""
        yield f"DIFFERENT: {difference}"


def _table(listing: Listing, limit: int) -> Iterator[str]:
    if not listing.rows:
        return
    # a column without a value in these rows is left out
    filled = [
        position for position in range(len(listing.columns)) if any(row[position] is not None for row in listing.rows)
    ]
    rows = [[row[position] for position in filled] for row in listing.rows[:limit]]
    cells = [[listing.columns[position] for position in filled], *([_shown(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numbers = [any(isinstance(value, Decimal | int) for value in column) for column in zip(*rows, strict=True)]
    for row in cells:
        aligned = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, numbers, strict=True)
        )
        yield "  " + "  ".join(aligned).rstrip()
    if len(listing.rows) > limit:
        yield f"  … and {len(listing.rows) - limit:,} more (--limit, --json)"


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        # a day's part of a quota has no last digit: six are shown, the JSON has them all
        whole = f"{round(value, 6) if len(f'{value:f}'.partition('.')[2]) > 6 else value:,f}"
        return whole.rstrip("0").rstrip(".") if "." in whole and len(whole.partition(".")[2]) > 2 else whole
    if isinstance(value, float):
        return f"{value:.6f}"
    return value.isoformat() if isinstance(value, date) else str(value)
