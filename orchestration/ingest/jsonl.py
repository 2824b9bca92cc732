"""Files with one JSON object per line to the rows of read_files: every key at the top is a column.

For an object with `flatten`, `unnest` or paths in its YAML, nested values are read too (nested.py).
"""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

import duckdb

from orchestration.ingest.file_kind import UnreadableFile
from orchestration.ingest.lines import extents, in_groups, line_count, read_lines
from orchestration.ingest.nested import NAME, OF_LINE, Place, element_pointer, elements, first_key, place_of, pointer_to
from orchestration.ingest.plain_text import CARRIAGE_RETURN, UNREADABLE, marked_text
from orchestration.ingest.rows import NO_ROWS, OpenFile, Relation, Rows, refuse_many_columns, reject_file, rows_of
from orchestration.ingest.source_config import ObjectConfig, SourceConfig

# DuckDB reads a number as a double; if that would change its digits, it is read as a string.
DIGITS_AT_RISK = r"[0-9](?:[.eE]|[0-9]{16})"
# The same where a number can begin. Most digits are within strings, such as instants, and need no care.
NUMBER_AT_RISK = r'(?:"[ \t\r\n]*:|[,\[])[ \t\r\n]*(?:-0|-?[0-9]*' + DIGITS_AT_RISK + ")"
STRING_OR_NUMBER = r'("(?:[^"\\]|\\.)*")|(-?[0-9][0-9.eE+-]*)'
NUMBERS_QUOTED = (
    rf"replace(replace(regexp_replace(line, '{STRING_OR_NUMBER}', '\1' || chr(1) || '\2' || chr(1), 'g'), "
    "chr(1) || chr(1), ''), chr(1), '\"')"
)
# Half a character outside the basic plane, such as \ud83d alone, makes a line of JSON unusable; it becomes U+FFFD.
ESCAPE_OR_HALF = (
    r"(\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
HALVES_MARKED = rf"regexp_replace(line, '{ESCAPE_OR_HALF}', '\1' || chr(1) || '\2' || chr(2), 'g')"
ESCAPES_CORRECTED = (
    "case when contains(line, '\\ud') or contains(line, '\\uD') then case when json_valid(line) then line else "
    f"regexp_replace(replace({HALVES_MARKED}, chr(1) || chr(2), ''), chr(1) || '[^\\x02]*' || chr(2), chr(65533), 'g') "
    "end else line end"
)
# A control character within a text makes a line of JSON unusable too; a tab becomes a blank, another one U+FFFD.
CONTROLS_CORRECTED = (
    r"case when regexp_matches(line, '[\x01-\x1f]') and not json_valid(line) "
    r"then regexp_replace(replace(line, chr(9), ' '), '[\x01-\x1f]', chr(65533), 'g') else line end"
)
# Bytes that could not be read became UNREADABLE.
READABLE_LINES = "(select * replace (replace(line, $unreadable, chr(65533)) as line) from lines)"
# Under these keys an element that was unnested keeps its line, its name and itself.
LINE, ELEMENT = "$", "@"
WRAPPED = "value"
# Where the answers of HubSpot, Pipedrive and Salesforce have their records, and how a record calls its id.
PAGE_KEYS = ("results", "data", "records", "deals", "companies", "contacts")
ENVELOPE = "_airbyte_data"
ID_KEYS = ("id", "dealid", "deal_id", "companyid", "vid", "properties")
# json_type takes no invalid JSON, and parses a second time
IS_OBJECT = (
    "case when json_valid(line) then case when starts_with(line, '{') then true else json_type(line) = 'OBJECT' end "
    "else false end"
)
Field = tuple[str, Place]
PLACES = rows_of(
    "places",
    {
        "file": "integer",
        "file_index": "bigint",
        "first": "bigint",
        "last": "bigint",
        "is_cut": "boolean",
        "has_line_end": "boolean",
    },
)


def read_jsonl(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[OpenFile],
    source: SourceConfig,
    object_name: str,
    scratch: Path,
) -> Iterator[Rows]:
    """Read `files` together and yield those with the same keys at a time; adds other lines to `rejected`, which exists.

    Numbers and booleans become text as written, nested values stay JSON, null is blank.
    """
    unnests = source.objects[object_name].unnest is not None

    def read_together(group: Sequence[OpenFile]) -> tuple[set[int], set[int]]:
        read_lines(connection, [opened.plain.path for opened in group], 0)
        unsure = _check_lines(connection, group)
        return _with_lines(connection, group) if unnests else set(), unsure

    def read_damaged(opened: OpenFile) -> set[int]:
        read_lines(connection, [marked_text(opened.plain, scratch)], 0)
        _check_lines(connection, [opened])
        return _with_lines(connection, [opened]) if unnests else set()

    for group, result in in_groups(files, read_together, read_damaged):
        if isinstance(result, UnreadableFile):
            reject_file(connection, group[0].number, result)
            yield Rows(group, [], NO_ROWS)
            continue
        for fields, numbers in _fields(connection, [opened.number for opened in group], source, object_name):
            same = [opened for opened in group if opened.number in numbers]
            try:
                refuse_many_columns(len(fields))
            except UnreadableFile as reason:
                for number in numbers:
                    reject_file(connection, number, reason)
                yield Rows(same, [], NO_ROWS)
                continue
            yield Rows(same, [name for name, _ in fields], _rows(fields, numbers, is_sorted=not unnests), result)


def first_line_names(
    connection: duckdb.DuckDBPyConnection, lines: Mapping[int, str], source: SourceConfig, object_name: str
) -> dict[int, list[str]]:
    """The names in the first line of each file, by its number; none if it is not a JSON object."""
    connection.execute(
        "create or replace temp table checked_lines as select file, 1::bigint as line_number, line, "
        "null::varchar as reason from (select unnest($files) as file, unnest($lines) as line) "
        f"where {IS_OBJECT}",
        {"files": list(lines), "lines": list(lines.values())},
    )
    found = _fields(connection, list(lines), source, object_name)
    return {number: [name for name, _ in fields] for fields, numbers in found for number in numbers}


def _check_lines(connection: duckdb.DuckDBPyConnection, files: Sequence[OpenFile]) -> set[int]:
    """Make `checked_lines` of `lines`, and add what is not a JSON object to `rejected`.

    Returns the numbers of the files of which not every line is certain to be there; they are left out.
    """
    extent = extents(connection, "lines", "line_number")
    unsure = {
        opened.number
        for index, opened in enumerate(files)
        if len(files) > 1 and line_count(opened.plain) != extent[index].rows
    }
    places = [
        {
            "file": files[index].number,
            "file_index": index,
            "first": found.first,
            "last": found.last,
            "is_cut": files[index].plain.is_cut,
            "has_line_end": files[index].plain.ends_with_line_end,
        }
        for index, found in extent.items()
        if found.rows and files[index].number not in unsure
    ]
    connection.execute(
        "create or replace temp table checked_lines as with unended as ("
        "select file, line_number - first + 1 as line_number, is_cut, "
        "case when ends_with(line, $carriage_return) then rtrim(line, $carriage_return) else line end as line, "
        f"line_number = last and not has_line_end as is_last from {READABLE_LINES} join {PLACES} using (file_index)), "
        f"corrected as (select * replace ({CONTROLS_CORRECTED} as line) from unended), "
        f"whole as (select * replace ({ESCAPES_CORRECTED} as line) from corrected) "
        "select file, line_number, line, case "
        "when is_last and is_cut then 'cut_off' "
        f"when {IS_OBJECT} then null "
        "when is_last then 'cut_off' else 'invalid_json' end as reason "
        "from whole where ascii(line) between 33 and 126 or trim(line, ' ' || chr(9)) != ''",
        {"places": places, "carriage_return": CARRIAGE_RETURN, "unreadable": UNREADABLE},
    )
    connection.execute(
        "insert into rejected select file, line_number, reason, null, case reason "
        "when 'cut_off' then 'the file ends in the middle of this row; export it again' "
        "else 'it is not a JSON object; write one object per line' end, "
        "line from checked_lines where reason is not null"
    )
    return unsure


def _with_lines(connection: duckdb.DuckDBPyConnection, files: Sequence[OpenFile]) -> set[int]:
    found = connection.execute(
        "select distinct file_index from lines where ascii(line) between 33 and 126 or trim(line) != ''"
    ).fetchall()
    return {files[index].number for (index,) in found}


def _fields(
    connection: duckdb.DuckDBPyConnection, numbers: Sequence[int], source: SourceConfig, object_name: str
) -> list[tuple[tuple[Field, ...], set[int]]]:
    """The names in the readable lines and the place of each, paths before keys, with the numbers of the files that
    have just these; first unnests the lines.
    """
    config = source.objects[object_name]
    apart = source.taken_apart(object_name)
    _open_envelopes(connection)
    _take_pages_apart(connection)
    _parse_texts(connection, apart)
    if config.unnest is not None:
        _unnest(connection, config, config.unnest)
    top = [ELEMENT] if config.unnest is not None else []
    found: dict[int, list[Field]] = {number: [] for number in numbers}
    if declared := [(name, _from_top(place_of(path), path, top)) for name, path in config.paths()]:
        exist = ", ".join(f"bool_or(json_exists(line, '{place.pointer}'))" for _, place in declared)
        existing = connection.execute(
            f"select file, {exist} from checked_lines where reason is null group by file"
        ).fetchall()
        for number, *exists in existing:
            found[number] = [field for field, is_there in zip(declared, exists, strict=True) if is_there]
    for container in [top, *([*top, name] for name in config.flatten)]:
        keys = connection.execute(
            "select distinct file, unnest(json_keys(line, $container)) as key from checked_lines where reason is null "
            "order by key",
            {"container": pointer_to(*container)},
        ).fetchall()
        wrapped = _wrapped(connection, container) if container != top else set()
        for number, key in keys:
            if container != top or key not in apart:
                inner = [WRAPPED] if number in wrapped else []
                found[number].append((key, Place(pointer_to(*container, key, *inner))))
    shapes: dict[tuple[Field, ...], set[int]] = {}
    for number, fields in found.items():
        shapes.setdefault(tuple(fields), set()).add(number)
    return list(shapes.items())


def _open_envelopes(connection: duckdb.DuckDBPyConnection) -> None:
    """Replace each line of a raw table of Airbyte, which has its record under one key, by the record."""
    found = connection.execute(
        "select file from (select file, arg_min(line, line_number) as line from checked_lines "
        f"where reason is null group by file) where json_exists(line, '/{ENVELOPE}')"
    ).fetchall()
    if found:
        connection.execute(
            f"update checked_lines set line = coalesce(json_extract_string(line, '/{ENVELOPE}'), line) "
            "where reason is null and list_contains($files, file)",
            {"files": [number for (number,) in found]},
        )


def _take_pages_apart(connection: duckdb.DuckDBPyConnection) -> None:
    """Replace the lines of a file whose first line is the whole answer of an API by the records in it."""
    pages = " ".join(
        f"when json_type(line, '/{key}') = 'ARRAY' and json_type(line, '/{key}/0') = 'OBJECT' then '{key}'"
        for key in PAGE_KEYS
    )
    found = connection.execute(
        f"select file, case {pages} end as page from (select file, arg_min(line, line_number) as line "
        "from checked_lines where reason is null group by file) "
        f"where page is not null and len(list_filter(json_keys(line), lambda key: lower(key) in {ID_KEYS})) = 0"
    ).fetchall()
    for key in sorted({key for _, key in found}):
        connection.execute(
            "create or replace temp table checked_lines as "
            "select file, line_number, line, reason from checked_lines "
            "where reason is not null or not list_contains($files, file) "
            "union all select file, line_number, unnest(json_extract(line, $elements))::varchar, reason "
            "from checked_lines where reason is null and list_contains($files, file)",
            {"files": [number for number, page in found if page == key], "elements": f"$.{key}[*]"},
        )


def _parse_texts(connection: duckdb.DuckDBPyConnection, keys: AbstractSet[str]) -> None:
    """Replace texts that are JSON, under the keys that are taken apart, by what they say, such as a list of ids."""
    begins = r'" *: *"[ ]*[\[{]'
    named = "|".join(sorted(keys))
    found = f"regexp_matches(line, '\"({named}){begins}')"
    if not keys or not connection.execute(f"select 1 from checked_lines where {found} limit 1").fetchone():
        return
    for key in sorted(keys):
        text = rf'"{key}" *: *"(?:[^"\\]|\\.)*"'
        value = f"json_extract_string(line, '{pointer_to(key)}')"
        connection.execute(
            f"update checked_lines set line = replace(line, regexp_extract(line, '{text}'), "
            f"""'"{key}":' || {value}) where reason is null and regexp_matches(line, '"{key}{begins}') """
            f"and json_valid({value})"
        )


def _wrapped(connection: duckdb.DuckDBPyConnection, container: list[str]) -> set[int]:
    """The files whose values in `container` are objects with a value, as version 1 of HubSpot's API writes them."""
    rows = connection.execute(
        "select file, json_extract(any_value(line), $container) as found from checked_lines "
        f"where reason is null and json_exists(line, $container) group by file "
        f'having regexp_matches(found::varchar, \'^[{{]"[^"]*":[{{]\') and contains(found::varchar, \'"{WRAPPED}":\')',
        {"container": pointer_to(*container)},
    ).fetchall()
    return {number for number, _ in rows}


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
        "with sorted_out as (select file, line_number, line, "
        f"json_exists(line, '{element_pointer(unnest)}') as is_list from checked_lines "
        f"where reason is null and (is_list or {complete})), "
        f"readable as (select * replace (case when regexp_matches(line, '{DIGITS_AT_RISK}') then {NUMBERS_QUOTED} "
        "else line end as line) from sorted_out), "
        f"listed as (select file, line_number, line, {names} as names, {found} as found from readable where is_list), "
        "elements as ("
        "select file, line_number, line, unnest(names) as name, unnest(found) as element from listed union all "
        "select file, line_number, line, null, line::json from readable where not is_list) "
        f"select file, line_number, json_object('{LINE}', json_object({outer}), '{NAME}', name, '{ELEMENT}', element)"
        "::varchar as line, null::varchar as reason from elements"
    )


def _rows(fields: Sequence[Field], numbers: AbstractSet[int], *, is_sorted: bool) -> Relation:
    readable = "from checked_lines semi join (select unnest($files) as file) using (file) where reason is null"
    files = {"files": sorted(numbers)}
    if not fields:
        return Relation(f"select file, line_number as source_row {readable}", files)
    columns = ", ".join(f"{_text(place, position + 1)} as f{position}" for position, (_, place) in enumerate(fields))
    # elements of one line have one number
    order = "" if is_sorted else " order by file, line_number"
    # One expression for all fields: with one for each, DuckDB's optimizer takes minutes for a few hundred.
    # Numbers within a nested value are not quoted.
    whole = "pair[1]::varchar"
    texts = (
        "case when is_at_risk then list_transform(list_zip(json_extract(line, $pointers), found), "
        f"lambda pair: case when left({whole}, 1) in ('{{', '[') then {whole} else pair[2] end) else found end"
    )
    return Relation(
        f"select file, line_number as source_row, {columns} from ("
        f"select file, line_number, line, {texts} as texts from (select *, "
        f"json_extract_string(case when is_at_risk then {NUMBERS_QUOTED} else line end, $pointers) as found "
        f"from (select *, regexp_matches(line, '{NUMBER_AT_RISK}') as is_at_risk {readable}))){order}",
        files | {"pointers": [place.pointer for _, place in fields]},
    )


def _text(place: Place, position: int) -> str:
    if place.key:
        listed = f"json_extract(texts[{position}], '$[*]')"
        first = place.found_in(listed)
        return f"case when json_type(line, '{place.pointer}') = 'ARRAY' then {first} end"
    return f"texts[{position}]"
