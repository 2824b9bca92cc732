"""The header of a CSV: where it is, and how its fields are separated, also if that is not as declared.

Spreadsheets write `sep=;` above the header, reports write a title, and half of Europe separates fields by semicolons.
Only a line that has every column that must be in the file is taken for a header in another place or another form.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.ingest.invisible import trim
from orchestration.ingest.source_config import ObjectConfig

LINES_SEARCHED = 40
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", "^": "carets", "~": "tildes"}
SEPARATOR = re.compile(r'\s*"?sep=(.)"?[\s,;]*', re.IGNORECASE)


@dataclass(frozen=True)
class CsvHead:
    """The names of a header and the lines in which it begins and ends, from 1; no names in an empty file.

    `note` says what was not as declared, `hint` what may be wrong with a header that lacks columns; both may be empty.
    """

    names: tuple[str, ...] = ()
    first_line: int = 1
    last_line: int = 0
    delimiter: str = ","
    note: str = ""
    hint: str = ""


def csv_head(path: Path, name: str, config: ObjectConfig, delimiter: str) -> CsvHead:
    """The header of a file of plain UTF-8 text, whose `delimiter` is declared.

    Raises ConfigurationError with the file's `name` if there is nothing that can be split into names.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        lines = list(islice(stream, LINES_SEARCHED))
    declared = _first_row(lines, name, delimiter)
    if not declared.names or config.is_complete(declared.names):
        return declared
    separators = [delimiter, *(each for each in DELIMITERS if each != delimiter)]
    for number, line in enumerate(lines):
        if stated := SEPARATOR.fullmatch(line):
            separators = list(dict.fromkeys([stated[1], *separators]))
            continue
        heads = [head for each in separators if (head := _row(lines, number, each))]
        best = max(heads, key=lambda head: config.recognized(head.names), default=CsvHead())
        if config.recognized(best.names):
            return _with_note(best, declared.first_line, lines, delimiter)
    return _with_hint(declared, lines, config, separators)


def _first_row(lines: Sequence[str], name: str, delimiter: str) -> CsvHead:
    """The first row that is not blank."""
    reader = csv.reader(lines, delimiter=delimiter)
    end = 0
    try:
        for fields in reader:
            if any(map(trim, fields)):
                return CsvHead(tuple(map(trim, fields)), end + 1, reader.line_num, delimiter)
            end = reader.line_num
    except csv.Error as error:
        raise ConfigurationError(
            f"{name}, line {end + 1}: the header cannot be read ({error}); write the column names separated by "
            f"'{delimiter}', and check for a quotation mark that is never closed."
        ) from None
    return CsvHead(delimiter=delimiter)


def _row(lines: Sequence[str], number: int, delimiter: str) -> CsvHead | None:
    """The row that begins in a line, None if it has fewer than two fields."""
    reader = csv.reader(islice(lines, number, None), delimiter=delimiter)
    try:
        fields = tuple(map(trim, next(reader, [])))
    except csv.Error:
        return None
    return CsvHead(fields, number + 1, number + reader.line_num, delimiter) if len(fields) > 1 else None


def _with_note(head: CsvHead, first_row: int, lines: Sequence[str], declared: str) -> CsvHead:
    notes = []
    if head.delimiter != declared:
        notes.append(
            f"its fields are separated by {_called(head.delimiter)}, not by {_called(declared)}, and were read "
            "accordingly; set csv.delimiter of the source, or export with the other one"
        )
    above = [
        line for line in lines[first_row - 1 : head.first_line - 1] if trim(line) and not SEPARATOR.fullmatch(line)
    ]
    if above:
        notes.append(
            f"its header is in line {head.first_line}; what is above it, such as '{trim(above[0])[:60]}', was left out"
        )
    return CsvHead(head.names, head.first_line, head.last_line, head.delimiter, "; ".join(notes))


def _with_hint(declared: CsvHead, lines: Sequence[str], config: ObjectConfig, separators: Sequence[str]) -> CsvHead:
    heads = [head for each in separators if (head := _row(lines, declared.first_line - 1, each))]
    best = max(heads, key=lambda head: (config.known(head.names), len(head.names)), default=declared)
    if best.delimiter == declared.delimiter or len(best.names) <= len(declared.names):
        return declared
    hint = (
        f" Its fields seem to be separated by {_called(best.delimiter)}, not by "
        f"{_called(declared.delimiter)}; if they are, set csv.delimiter of the source."
    )
    return CsvHead(declared.names, declared.first_line, declared.last_line, declared.delimiter, hint=hint)


def _called(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, f"'{delimiter}'")
