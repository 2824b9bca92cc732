"""Characters that could not be read: each became U+FFFD, the row is kept, and a warning counts the values."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Iterator, Sequence

import duckdb

from orchestration.ingest.landing import LandedFile
from orchestration.ingest.plain_text import looks_like_windows_1252
from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.source_config import ObjectConfig
from orchestration.ingest.values import shown

REPLACEMENT = "\ufffd"
EXTRAS = "_extras"


def replaced_characters(
    connection: duckdb.DuckDBPyConnection, config: ObjectConfig, files: Sequence[LandedFile]
) -> Iterator[tuple[int, str]]:
    """A warning for each column of each file in `staged` that has the replacement character, with the file's number.

    `files` are the files by their number. One that looks like Windows-1252 has another warning, which says so.
    """
    columns = [*config.columns, EXTRAS]
    measures = ", ".join(f"coalesce(bool_or({_has_replacement(name)}), false)" for name in columns)
    suspects = connection.execute(f"select {measures} from staged").fetchone()
    assert suspects is not None
    affected: set[int] = set()
    for name in (name for name, is_suspect in zip(columns, suspects, strict=True) if is_suspect):
        found = connection.execute(
            f"select _file, count(*), arg_min(_source_row, _source_row), arg_min({shown(quoted(name))}, _source_row) "
            f"from staged where {_has_replacement(name)} group by _file order by _file"
        ).fetchall()
        place = "a column that is not declared" if name == EXTRAS else f"column '{name}'"
        for number, count, row, value in found:
            affected.add(number)
            yield (
                number,
                f"{files[number].name}, line {row}, {place}: '{value}' has a character that could not be read and is "
                f"shown as {REPLACEMENT} ({count} in this file); export the file as UTF-8, or set csv.encoding.",
            )
    for number in sorted(affected):
        file = files[number]
        if file.format == "csv" and not file.is_compressed and looks_like_windows_1252(file.path):
            yield (
                number,
                f"{file.name}: it looks like Windows-1252; set csv.encoding of the source to windows-1252 to read its "
                "characters, or export it as UTF-8.",
            )


def _has_replacement(name: str) -> str:
    return f"contains({quoted(name)}, chr({ord(REPLACEMENT)}))"
