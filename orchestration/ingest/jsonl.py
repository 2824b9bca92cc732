"""A file with one JSON object per line to the tables of read_file: every key at the top is a column.

For an object with `flatten`, `unnest` or paths in its YAML, nested values are read too (nested.py).
"""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from dataclasses import replace
from pathlib import Path

import duckdb

from orchestration.ingest.lines import MAXIMUM_LINE, deliver, read_lines
from orchestration.ingest.nested import NAME, OF_LINE, Place, element_pointer, elements, first_key, place_of, pointer_to
from orchestration.ingest.plain_text import CARRIAGE_RETURN, UNREADABLE, PlainText, marked_text
from orchestration.ingest.source_config import ObjectConfig, SourceConfig

# DuckDB reads a number as a double; if that would change its digits, it is read as a string.
DIGITS_AT_RISK = r"[0-9](?:[.eE]|[0-9]{16})"
STRING_OR_NUMBER = r'("(?:[^"\\]|\\.)*")|(-?[0-9][0-9.eE+-]*)'
NUMBERS_QUOTED = (
    rf"replace(replace(regexp_replace(line, '{STRING_OR_NUMBER}', '\1' || chr(1) || '\2' || chr(1), 'g'), "
    "chr(1) || chr(1), ''), chr(1), '\"')"
)
DIGITS_SAFE = f"case when regexp_matches(line, '{DIGITS_AT_RISK}') then {NUMBERS_QUOTED} else line end"
# Under these keys an element that was unnested keeps its line, its name and itself.
LINE, ELEMENT = "$", "@"


def read_jsonl(
    connection: duckdb.DuckDBPyConnection, plain: PlainText, source: SourceConfig, object_name: str, scratch: Path
) -> list[str]:
    """Fill `delivered` and `rejected`, which exists, from `plain`; returns the keys, in the order of f0, f1, …

    Numbers and booleans become text as written, nested values stay JSON, null is blank.
    """
    try:
        read_lines(connection, plain.path, 0)
    except duckdb.InvalidInputException:
        read_lines(connection, marked_text(plain, scratch), 0)
    connection.execute(
        "create or replace temp table checked_lines as "
        "with whole as (select line_number, rtrim(line, $carriage_return) as line from lines) "
        "select line_number, line, case "
        "when is_last and $cut then 'cut_off' "
        "when contains(line, $unreadable) then 'unreadable_bytes' "
        "when case when json_valid(line) then json_type(line) end is not distinct from 'OBJECT' then null "
        "when is_last then 'cut_off' else 'invalid_json' end as reason "
        "from (select *, not $line_end and line_number = max(line_number) over () as is_last from whole) "
        "where trim(line, ' ' || chr(9)) != ''",
        {
            "carriage_return": CARRIAGE_RETURN,
            "unreadable": UNREADABLE,
            "cut": plain.is_cut,
            "line_end": plain.ends_with_line_end,
        },
    )
    connection.execute(
        "insert into rejected select line_number, reason, null, case reason "
        "when 'cut_off' then 'the file ends in the middle of this row; export it again' "
        "when 'unreadable_bytes' then 'bytes that are not UTF-8; export the file as UTF-8' "
        "else 'it is not a JSON object; write one object per line' end, "
        "replace(line, $unreadable, chr(65533)) from checked_lines where reason is not null",
        {"unreadable": UNREADABLE},
    )
    fields = _fields(connection, source, object_name)
    _deliver(connection, [place for _, place in fields])
    return [name for name, _ in fields]


def first_line_header(
    connection: duckdb.DuckDBPyConnection, path: Path, source: SourceConfig, object_name: str
) -> list[str]:
    """The names in the first line of plain text; none if it is not a JSON object."""
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        line = stream.readline(MAXIMUM_LINE)
    connection.execute(
        "create or replace temp table checked_lines as select 1::bigint as line_number, $line as line, "
        "null::varchar as reason where case when json_valid($line) then json_type($line) end = 'OBJECT'",
        {"line": line},
    )
    return [name for name, _ in _fields(connection, source, object_name)]


def _fields(connection: duckdb.DuckDBPyConnection, source: SourceConfig, object_name: str) -> list[tuple[str, Place]]:
    """The names in the readable lines, paths before keys, and the place of each; first unnests the lines."""
    config = source.objects[object_name]
    if config.unnest is not None:
        _unnest(connection, config, config.unnest)
    top = [ELEMENT] if config.unnest is not None else []
    fields = [(name, _from_top(place_of(path), path, top)) for name, path in config.paths()]
    if fields:
        exist = ", ".join(f"coalesce(bool_or(json_exists(line, '{place.pointer}')), false)" for _, place in fields)
        found = connection.execute(f"select {exist} from checked_lines where reason is null").fetchone()
        assert found is not None
        fields = [field for field, exists in zip(fields, found, strict=True) if exists]
    apart = source.taken_apart(object_name)
    for container in [top, *([*top, name] for name in config.flatten)]:
        keys = connection.execute(
            "select distinct unnest(json_keys(line, $container)) as key from checked_lines where reason is null "
            "order by key",
            {"container": pointer_to(*container)},
        ).fetchall()
        fields += [(key, Place(pointer_to(*container, key))) for (key,) in keys if container != top or key not in apart]
    return fields


def _from_top(place: Place, path: str, top: list[str]) -> Place:
    if path == NAME:
        return Place(pointer_to(NAME))
    return replace(place, pointer=pointer_to(*([LINE] if path.startswith(OF_LINE) else top)) + place.pointer)


def _unnest(connection: duckdb.DuckDBPyConnection, config: ObjectConfig, unnest: str) -> None:
    """Replace the readable lines by their elements, each with what the columns need from its line.

    A line without a list of elements is an element itself if it has every column that must be in the file.
    """
    names, found = elements(unnest, "line")
    of_line = sorted({first_key(path) for _, path in config.paths() if path.startswith(OF_LINE)})
    outer = ", ".join(f"'{key}', json_extract(line, '{pointer_to(key)}')" for key in of_line)
    complete = " and ".join(
        f"(list_contains(list_transform(json_keys(line), lambda key: lower(key)), '{name}')"
        + "".join(
            f" or json_exists(line, '{place_of(path).pointer}')" for path in config.columns[name].path if path != NAME
        )
        + ")"
        for name in config.columns
        if config.must_be_in_file(name)
    )
    connection.execute(
        "create or replace temp table checked_lines as "
        f"with readable as (select line_number, {DIGITS_SAFE} as line from checked_lines where reason is null), "
        f"listed as (select line_number, line, {names} as names, {found} as found from readable), "
        "elements as (select line_number, line, unnest(names) as name, unnest(found) as element from listed union all "
        f"select line_number, line, null, line::json from readable where not json_exists(line, "
        f"'{element_pointer(unnest)}') and {complete}) "
        f"select line_number, json_object('{LINE}', json_object({outer}), '{NAME}', name, '{ELEMENT}', element)"
        "::varchar as line, null::varchar as reason from elements"
    )


def _deliver(connection: duckdb.DuckDBPyConnection, places: list[Place]) -> None:
    columns = "".join(f", {_text(place, position + 1)} as f{position}" for position, place in enumerate(places))
    nested_and_texts = (
        f"select line_number, json_extract(line, $pointers) as nested, json_extract_string({DIGITS_SAFE}, $pointers) "
        "as texts from checked_lines where reason is null"
    )
    if places:
        deliver(
            connection,
            f"select line_number as source_row{columns} from ({nested_and_texts}) order by line_number",
            {"pointers": [place.pointer for place in places]},
        )
    else:
        deliver(connection, "select line_number as source_row from checked_lines where reason is null")


def _text(place: Place, position: int) -> str:
    whole = f"nested[{position}]::varchar"
    if place.key:
        listed = f"json_extract(texts[{position}], '$[*]')"
        fitting = f"lambda element: json_extract_string(element, '{pointer_to(place.key)}') = '{place.value}'"
        first = f"json_extract_string(list_filter({listed}, {fitting})[1], '{place.pointer_in_element}')"
        return f"case when left({whole}, 1) = '[' then {first} end"
    return f"case when left({whole}, 1) in ('{{', '[') then {whole} else texts[{position}] end"
