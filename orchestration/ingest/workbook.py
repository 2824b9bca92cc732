"""One sheet of an Excel workbook (.xlsx) to the rows of read_files, its values as a person would write them."""

# What is formatted into SQL is our own: f0, f1, …
# ruff: noqa: S608

import struct
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.ingest.file_kind import UnreadableFile
from orchestration.ingest.invisible import trim
from orchestration.ingest.plain_text import too_large
from orchestration.ingest.rows import OpenFile, Rows, refuse_many_columns, rows_alone
from orchestration.ingest.source_config import ObjectConfig, XlsxFormat
from orchestration.ingest.unknown_cells import FORMULA, MERGED, has_padded_numbers, merges, uncalculated_cells
from orchestration.ingest.values import trimmed
from orchestration.limits import unpacked_limit

Cells = Sequence[Any]
ROWS_SEARCHED = 20
"""For a header below the title of a report."""
BYTES_OF_A_CELL = 100
SHARE_OF_LIMIT = 4
"""Of a text in a workbook, memory holds so many copies: XML, cells, a frame."""
MOST_MARKED = 1_000_000
"""Cells; of a larger merged range only rows that have something are looked at."""


def workbook_header(path: Path, name: str, config: ObjectConfig) -> tuple[list[str], int]:
    """The names in the header row, none in an empty sheet, and the number of that row.

    Raises UnreadableFile for a damaged workbook and ConfigurationError, with the file's `name`, for a sheet that it
    does not have.
    """
    with _sheet_rows(path, name, config.xlsx) as (rows, _):
        header, header_row, _, _ = _header(rows, config)
    return header, header_row


def read_workbook(connection: duckdb.DuckDBPyConnection, opened: OpenFile, config: ObjectConfig) -> Rows:
    """The rows of the sheet, in a temporary table that the next call replaces; raises like workbook_header.

    A row has the number that the spreadsheet shows; blank rows are left out, and so are columns that are blank from
    the header down. Of a formula, the value that the spreadsheet last saved is read.
    """
    with _sheet_rows(opened.plain.path, opened.file.name, config.xlsx) as (rows, sheet_path):
        header, header_row, note, rows = _header(rows, config)
        # without blank rows: one cell at the end of a sheet has a million of them before it
        table = {
            number: [as_written(cell) for cell in cells]
            for number, cells in enumerate(rows, start=header_row + 1)
            if any(cell is not None for cell in cells)
        }
        _mark_unknown(table, opened.plain.path, sheet_path, header_row, len(header))
    filled = {place for cells in table.values() for place, cell in enumerate(cells) if cell is not None}
    # a column without a name is called by its place
    beyond = sorted(place for place in filled if place >= len(header))
    places = [*range(len(header)), *beyond]
    header += [f"column {place + 1}" for place in beyond]
    refuse_many_columns(len(header))
    if len(table) * len(places) * BYTES_OF_A_CELL > unpacked_limit():
        raise too_large()
    # imported here, as openpyxl below: a run without a workbook need not wait for them
    import pandas as pd

    fields = [f"f{position}" for position in range(len(header))]
    columns = ([cells[place] if place < len(cells) else None for cells in table.values()] for place in places)
    frame = pd.DataFrame(dict(zip(fields, columns, strict=True)), index=list(table), dtype="string")
    frame.insert(0, "source_row", list(table))
    connection.register("sheet", frame)
    try:
        texts = ", ".join(["''", *fields])
        connection.execute(
            "create or replace temp table rows_read as select * from sheet "
            f"where {trimmed(f'concat({texts})')} != '' order by source_row"
        )
    finally:
        connection.unregister("sheet")
    return Rows([opened], header, rows_alone(opened), note=note)


def as_written(value: Any) -> str | None:
    """The text of a cell: ISO dates and instants, whole numbers without a fraction, true and false, errors as #N/A."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case float():
            # Excel itself shows fifteen digits. Further ones come from the binary fraction, unless they are cents.
            stored = Decimal(repr(value))
            is_exact = stored.is_finite() and -2 <= int(stored.as_tuple().exponent) <= 0
            return format(stored if is_exact else Decimal(format(value, ".15g")), "f").removesuffix(".0")
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case time():
            return value.isoformat()
        case timedelta():
            hours, seconds = divmod(round(value.total_seconds()), 3600)
            return f"{hours}:{seconds // 60:02}:{seconds % 60:02}"
    return str(value)


def _mark_unknown(table: dict[int, list[str | None]], path: Path, sheet_path: str, header_row: int, width: int) -> None:
    """Name the cells that look blank although their value is only not known: see unknown_cells."""
    last_row = max(table, default=header_row)

    def mark(row: int, column: int, word: str) -> None:
        if header_row < row <= last_row and column <= width:
            cells = table.setdefault(row, [])
            cells += [None] * (column - len(cells))
            cells[column - 1] = word

    for row, column in uncalculated_cells(path, sheet_path):
        last_row = max(last_row, row)
        mark(row, column, FORMULA)
    for merge in merges(path, sheet_path):
        # A title or a footer across an otherwise blank row hides nothing.
        cells = table.get(merge.first_row, [])
        is_title = merge.first_row == merge.last_row and sum(cell is not None for cell in cells) <= 1
        if not is_title:
            within = merge.within(header_row + 1, last_row, width)
            rows = table.keys() if within.area > MOST_MARKED else None
            for row, column in within.covered(rows):
                mark(row, column, MERGED)
    for row in sorted(table):
        table[row] = table.pop(row)


@contextmanager
def _sheet_rows(path: Path, name: str, xlsx: XlsxFormat) -> Iterator[tuple[Iterator[Cells], str]]:
    """The rows of the sheet as tuples, from the first one on, and its name in the archive, while the block lasts."""
    import openpyxl

    _refuse_bomb(path)
    with path.open("rb") as stream, warnings.catch_warnings():
        # such as a drop-down list, which openpyxl would lose if it wrote the workbook
        warnings.simplefilter("ignore", UserWarning)
        try:
            workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            sheet = _chosen(workbook, name, xlsx)
            # Some writers state a wrong size of the sheet.
            sheet.reset_dimensions()
            rows = sheet.iter_rows(values_only=True)
            if has_padded_numbers(path):
                rows = (tuple(map(_as_shown, cells)) for cells in sheet.iter_rows())
            yield rows, sheet._worksheet_path
        except (ConfigurationError, UnreadableFile, MemoryError):
            raise
        # openpyxl raises all kinds of errors in a damaged file, from KeyError to errors of XML
        except Exception as error:
            reason = type(error).__name__
            raise UnreadableFile(f"the workbook is cut off or damaged ({reason}); save it again as .xlsx") from error


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise UnreadableFile(
            f"the workbook is cut off or damaged ({type(error).__name__}); save it again as .xlsx"
        ) from error
    if size * SHARE_OF_LIMIT > unpacked_limit():
        raise too_large()


def _as_shown(cell: Any) -> Any:
    """The value of a cell; a whole number that its format shows with leading zeros, as 00123, as that text."""
    number_format = getattr(cell, "number_format", None) or ""
    is_padded = isinstance(cell.value, int) and len(number_format) > 1 and not number_format.strip("0")
    return str(cell.value).zfill(len(number_format)) if is_padded else cell.value


def _chosen(workbook: Any, name: str, xlsx: XlsxFormat) -> Any:
    sheets = workbook.worksheets
    if not sheets:
        raise UnreadableFile("the workbook has no sheet with cells; save the table as .xlsx again")
    if xlsx.sheet is None:
        return next((sheet for sheet in sheets if sheet.sheet_state == "visible"), sheets[0])
    for sheet in sheets:
        if sheet.title.strip().casefold() == xlsx.sheet.strip().casefold():
            return sheet
    raise ConfigurationError(
        f"{name}: the workbook has no sheet '{xlsx.sheet}', only {', '.join(sheet.title for sheet in sheets)}; "
        "rename the sheet, or correct xlsx.sheet of the object."
    )


def _header(rows: Iterator[Cells], config: ObjectConfig) -> tuple[list[str], int, str, Iterator[Cells]]:
    """The names in the header row, its number, a note if other rows stand above it, and the rows below it.

    It is the first row that is not blank, from xlsx.header_row on, unless it lacks a column that must be there and one
    soon after it has them all.
    """
    first = config.xlsx.header_row
    rows = islice(rows, first - 1, None)
    looked_at = list(islice(rows, ROWS_SEARCHED))
    headers = {place: names for place, cells in enumerate(looked_at) if (names := _names(cells))}
    if not headers:
        return [], first, "", iter(())
    top = min(headers)
    place = top
    if not config.is_complete(headers[top]):
        place = next((each for each, names in headers.items() if config.recognized(names)), top)
    note = (
        f"its header is in row {first + place}; what is above it, such as '{' '.join(headers[top])[:60].strip()}', "
        "was left out"
    )
    return headers[place], first + place, note if place > top else "", chain(looked_at[place + 1 :], rows)


def _names(cells: Cells) -> list[str]:
    """The texts of a row up to its last one."""
    names = [trim(as_written(cell) or "") for cell in cells]
    return names[: max((position for position, name in enumerate(names, start=1) if name), default=0)]
