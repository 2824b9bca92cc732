"""An explained number: the mart's row, and the listings that its figures are sums of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Total:
    """A figure of the mart and the column of a listing that sums to it."""

    figure: str
    column: str
    published: Decimal | int | None
    """Null where the mart says that it is unknown: then nothing has to sum to it."""
    rounded_to: tuple[Decimal, ...] = (CENT,)
    """As the models round the sum, one step after the other, half away from zero."""


@dataclass(frozen=True)
class Listing:
    """Rows that a number is made of, or that are excluded from it."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    totals: tuple[Total, ...] = ()

    def sum_of(self, total: Total) -> Decimal:
        """What the column of `total` sums to, rounded as the figure is."""
        position = self.columns.index(total.column)
        listed = sum((Decimal(row[position]) for row in self.rows if row[position] is not None), Decimal(0))
        for unit in total.rounded_to:
            listed = listed.quantize(unit, ROUND_HALF_UP)
        return listed


def list_rows(
    connection: duckdb.DuckDBPyConnection,
    title: str,
    query: str,
    parameters: Mapping[str, Any],
    totals: tuple[Total, ...] = (),
) -> Listing:
    """The rows of `query` under the names that it gives its columns."""
    found = connection.execute(query, parameters)
    return Listing(title, tuple(column[0] for column in found.description or ()), found.fetchall(), totals)


@dataclass(frozen=True)
class Explanation:
    """`subject`: owner and period of the number; `figures`: the mart's row; `how`: how they are computed."""

    subject: dict[str, Any]
    figures: dict[str, Any]
    how: Sequence[str]
    listings: Sequence[Listing]

    @property
    def differences(self) -> list[str]:
        """One line for each figure that its rows do not sum to."""
        return [
            f"{total.figure} is {total.published}, but the rows listed sum to {listing.sum_of(total)}"
            for listing in self.listings
            for total in listing.totals
            if total.published is not None and listing.sum_of(total) != total.published
        ]
