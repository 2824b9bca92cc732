"""Cells of a workbook that look blank and are not: formulas without a stored value, cells under a merged one."""

import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

FORMULA, MERGED = "#FORMULA!", "#MERGED!"
"""What such a cell is read as; the macro is_unknown_cell knows both words."""

# A program that writes formulas does not calculate them; Excel stores an empty text as t="str".
UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
PLACE = re.compile(rb'\br="([A-Z]+[0-9]+)"')
MERGED_RANGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
PADDED_FORMAT = re.compile(rb'formatCode="0{2,}"')


@dataclass(frozen=True)
class Merge:
    """A merged range; rows and columns count from 1."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int

    @property
    def area(self) -> int:
        """How many cells it has."""
        return max(0, self.last_row - self.first_row + 1) * max(0, self.last_column - self.first_column + 1)

    def within(self, first_row: int, last_row: int, last_column: int) -> "Merge":
        """The part of it in these rows and columns; the cell that has the value keeps its place."""
        return Merge(
            self.first_column,
            self.first_row if self.first_row >= first_row else first_row - 1,
            min(self.last_column, last_column),
            min(self.last_row, last_row),
        )

    def covered(self, rows: Collection[int] | None = None) -> Iterator[tuple[int, int]]:
        """The row and column of each cell but the first, which has the value; only in `rows`, unless that is None."""
        between = range(self.first_row, self.last_row + 1)
        for row in between if rows is None else sorted(row for row in rows if row in between):
            for column in range(self.first_column, self.last_column + 1):
                if (row, column) != (self.first_row, self.first_column):
                    yield row, column


def uncalculated_cells(path: Path, sheet_path: str) -> list[tuple[int, int]]:
    """The row and column of each formula of a sheet without a stored value; `sheet_path` is its name in the archive."""
    # imported here and below: it imports numpy, which a run without a workbook need not wait for
    from openpyxl.utils.cell import coordinate_to_tuple

    content = _part(path, sheet_path)
    found = []
    for match in UNCALCULATED.finditer(content):
        place = PLACE.search(match[1])
        if place and b't="str"' not in match[1]:
            found.append(coordinate_to_tuple(place[1].decode()))
    return found


def merges(path: Path, sheet_path: str) -> list[Merge]:
    """The merged ranges of a sheet."""
    return [Merge(*_boundaries(match[1].decode())) for match in MERGED_RANGE.finditer(_part(path, sheet_path))]


def has_padded_numbers(path: Path) -> bool:
    """Whether a format of the workbook shows numbers with leading zeros, as ids have them."""
    with zipfile.ZipFile(path) as archive:
        return any(
            PADDED_FORMAT.search(archive.read(name)) for name in archive.namelist() if name.endswith("styles.xml")
        )


def _part(path: Path, sheet_path: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(sheet_path.lstrip("/"))


def _boundaries(reference: str) -> tuple[int, int, int, int]:
    from openpyxl.utils.cell import range_boundaries

    first_column, first_row, last_column, last_row = range_boundaries(reference)
    assert first_column and first_row and last_column and last_row
    return first_column, first_row, last_column, last_row
