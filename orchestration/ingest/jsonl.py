"""A file with one JSON object a line, to the tables of read_file: every key at the top is a column."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from pathlib import Path

import duckdb

from orchestration.ingest.lines import deliver, read_lines
from orchestration.ingest.plain_text import CARRIAGE_RETURN, UNREADABLE, PlainText, marked_text


def read_jsonl(connection: duckdb.DuckDBPyConnection, plain: PlainText, scratch: Path) -> list[str]:
    """Fill `delivered` and `rejected`, which exists, from `plain`; returns the keys, in the order of f0, f1, …

    Numbers and booleans become text as written, nested values stay JSON, null is blank.
    """
    try:
        read_lines(connection, plain.path, 0)
    except duckdb.InvalidInputException:
        read_lines(connection, marked_text(plain, scratch), 0)
    connection.execute(
        "create or replace temp table judged_lines as "
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
        "else 'it is no JSON object; write one object a line' end, "
        "replace(line, $unreadable, chr(65533)) from judged_lines where reason is not null",
        {"unreadable": UNREADABLE},
    )
    keys = connection.execute(
        "select distinct unnest(json_keys(line)) as key from judged_lines where reason is null order by key"
    ).fetchall()
    header = [key for (key,) in keys]
    pointers = ["/" + key.replace("~", "~0").replace("/", "~1") for key in header]
    _deliver(connection, pointers)
    return header


def _deliver(connection: duckdb.DuckDBPyConnection, pointers: list[str]) -> None:
    # DuckDB reads a number as a double; where that would change its digits it is read as a string instead.
    digits_at_risk = r"[0-9](?:[.eE]|[0-9]{16})"
    string_or_number = r'("(?:[^"\\]|\\.)*")|(-?[0-9][0-9.eE+-]*)'
    numbers_quoted = (
        rf"replace(replace(regexp_replace(line, '{string_or_number}', '\1' || chr(1) || '\2' || chr(1), 'g'), "
        "chr(1) || chr(1), ''), chr(1), '\"')"
    )
    columns = "".join(
        f", case when left(nested[{place}]::varchar, 1) in ('{{', '[') then nested[{place}]::varchar "
        f"else texts[{place}] end as f{place - 1}"
        for place in range(1, len(pointers) + 1)
    )
    nested_and_texts = (
        "select line_number, json_extract(line, $pointers) as nested, "
        f"json_extract_string(case when regexp_matches(line, '{digits_at_risk}') then {numbers_quoted} else line end, "
        "$pointers) as texts from judged_lines where reason is null"
    )
    if pointers:
        deliver(
            connection,
            f"select line_number as source_row{columns} from ({nested_and_texts}) order by line_number",
            {"pointers": pointers},
        )
    else:
        deliver(connection, "select line_number as source_row from judged_lines where reason is null")
