"""The delivered rows of one file to the temporary table `staged`: columns by name, key, hash and first problem."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from orchestration.ingest.checks import as_declared, expected, not_blank, row_checks, trimmed, unparsable_values
from orchestration.ingest.landing import LandedFile
from orchestration.ingest.raw_tables import column_list, quoted
from orchestration.ingest.read_file import UNREADABLE_FILE, FileRead, delivered_columns
from orchestration.ingest.source_config import ObjectConfig, SourceConfig

UNIT_SEPARATOR = "chr(31)"
NULL_MARK = "chr(30)"


@dataclass
class FileCounts:
    """The counts of one file."""

    rows_read: int = 0
    rows_kept: int = 0
    rows_unchanged: int = 0
    rows_quarantined: int = 0
    values_unparsable: int = 0
    tombstones: int = 0
    is_whole: bool = True
    """Whether every row could be read, so that a missing key means a deleted record."""
    warnings: list[str] = field(default_factory=list)
    file_warnings: list[str] = field(default_factory=list)
    """The warnings about the file as a whole."""


def begin_extract(connection: duckdb.DuckDBPyConnection, config: ObjectConfig) -> None:
    """Make the temporary tables `staged` and `set_aside`, empty, for all files of one object with one instant."""
    columns = ", ".join(f"{quoted(name)} varchar" for name in config.columns)
    connection.execute(
        f"create or replace temp table staged ({columns}, _extras varchar, _key varchar, _row_hash varchar, "
        "_source_file varchar, _source_row bigint, _problem integer, "
        "_key_ordinal integer)"
    )
    connection.execute("create or replace temp table set_aside as from raw.quarantine limit 0")


def stage_file(
    connection: duckdb.DuckDBPyConnection,
    file: LandedFile,
    read: FileRead,
    source: SourceConfig,
    extracted_at: datetime,
    loaded_at: datetime,
) -> FileCounts:
    """Add what read_file left in `delivered` to `staged`, and the rows that are set aside to `set_aside`."""
    counts = FileCounts()
    config = source.objects[file.object]
    _name_columns(connection, file, read, config)
    _quarantine(connection, file, config, extracted_at, loaded_at)
    for found in find_unparsable(connection, config, file.name):
        counts.values_unparsable += found.count
        counts.warnings.append(
            f"{file.name}, line {found.source_row}, column '{found.column}': '{found.value}' is not usable and counts "
            f"as unknown ({found.count} in this file); write {expected(config.columns[found.column])}."
        )
    counted = connection.execute(
        "select (select count(*) from staged where _source_file = $file) + (select count(*) from rejected), "
        "count(*), (select count(*) from rejected) + count(*) filter (reason = 'missing_key') "
        "from set_aside where source_file = $file",
        {"file": file.name},
    ).fetchone()
    assert counted is not None
    counts.rows_read, counts.rows_quarantined, unidentified = counted
    # From a CRM that is a failed export; a register may well have been emptied.
    is_emptied = read.is_empty and bool(read.header) and not read.lacks_last_line_end and source.kind == "register"
    counts.is_whole = not (unidentified or read.is_cut or (read.is_empty and not is_emptied))
    _warn(connection, file, read, counts, is_emptied=is_emptied)
    return counts


def _name_columns(
    connection: duckdb.DuckDBPyConnection, file: LandedFile, read: FileRead, config: ObjectConfig
) -> None:
    positions = delivered_columns(read.header)
    declared = [
        as_declared(column, _delivered_text(positions.get(name, [])), file.format)
        for name, column in config.columns.items()
    ]
    extras = extra_names(read.header, config)
    parameters: dict[str, str] = {"file": file.name}
    pairs = []
    for number, (name, position) in enumerate(sorted(extras.items())):
        parameters[f"name_{number}"] = name
        pairs.append(f"$name_{number}, {_delivered_text([position])}")
    # The merge drops nulls, so that a column that is blank everywhere changes no row.
    extras_json = (
        f"nullif(json_merge_patch('{{}}', json_object({', '.join(pairs)}))::varchar, '{{}}')"
        if pairs
        else "null::varchar"
    )
    key = f" || {UNIT_SEPARATOR} || ".join(f"coalesce({trimmed(quoted(name))}, '')" for name in config.key)
    content = ", ".join(f"coalesce({quoted(name)}, {NULL_MARK})" for name in config.columns)
    problems = " ".join(f"when {check.condition} then {number}" for number, check in enumerate(row_checks(config)))
    named = ", ".join(f"{text} as {quoted(name)}" for name, text in zip(config.columns, declared, strict=True))
    connection.execute(
        f"insert into staged select {column_list(config)}, _extras, {key}, "
        f"md5(concat_ws({UNIT_SEPARATOR}, {content}, coalesce(_extras, ''))), $file, source_row, "
        + (f"case {problems} end, 1 " if problems else "null, 1 ")
        + f"from (select source_row, {named}, {extras_json} as _extras from delivered)",
        parameters,
    )


def _delivered_text(positions: list[int]) -> str:
    if not positions:
        return "null::varchar"
    fields = ", ".join(f"f{position}" for position in positions)
    text = f"coalesce({fields})" if len(positions) > 1 else fields
    return not_blank(text)


def extra_names(header: list[str], config: ObjectConfig) -> dict[str, int]:
    """The undeclared columns by a unique name; one without a name gets its position as name."""
    seen: Counter[str] = Counter()
    names: dict[str, int] = {}
    for position, delivered in enumerate(header):
        name = delivered.strip() or f"column {position + 1}"
        if name.lower() in config.columns:
            continue
        seen[name] += 1
        names[name if seen[name] == 1 else f"{name} ({seen[name]})"] = position
    return names


def _quarantine(
    connection: duckdb.DuckDBPyConnection,
    file: LandedFile,
    config: ObjectConfig,
    extracted_at: datetime,
    loaded_at: datetime,
) -> None:
    common = {
        "source": file.source,
        "object": file.object,
        "file": file.name,
        "extracted_at": extracted_at,
        "loaded_at": loaded_at,
    }
    connection.execute(
        "insert into set_aside select $source, $object, $file, source_row, null, value, reason, "
        f"$file || case when reason = '{UNREADABLE_FILE}' then '' else ', line ' || source_row end "
        f"|| coalesce(', value ''' || {_shown('value')} || '''', '') || ': ' "
        "|| explanation || '.', row_text, $extracted_at, $loaded_at from rejected order by source_row",
        common,
    )
    checks = row_checks(config)
    failed = connection.execute(
        "select distinct _problem from staged where _source_file = ? and _problem is not null order by _problem",
        [file.name],
    ).fetchall()
    for (number,) in failed:
        check = checks[number]
        column = quoted(check.column)
        row_text = f"to_json(struct_pack({', '.join(f'{quoted(name)} := {quoted(name)}' for name in config.columns)}))"
        connection.execute(
            f"insert into set_aside select $source, $object, $file, _source_row, $column, {column}, $reason, "
            "$file || ', line ' || _source_row || ', column ''' || $column || ''': ' "
            f"|| coalesce('''' || {_shown(column)} || ''' is not usable', 'blank') || '; ' || $fix || '.', "
            f"{row_text}, $extracted_at, $loaded_at "
            "from staged where _source_file = $file and _problem = $number order by _source_row",
            {**common, "column": check.column, "reason": check.reason, "fix": check.fix, "number": number},
        )


def _shown(text: str) -> str:
    """SQL for a value as a message shows it: on one line, at most 200 characters."""
    return f"left(regexp_replace({text}, '\\s+', ' ', 'g'), 200)"


@dataclass(frozen=True)
class Unparsable:
    """A column in which `count` values cannot be parsed, the first of them in `source_row` of `source_file`."""

    column: str
    count: int
    source_file: str
    source_row: int
    value: str


def find_unparsable(
    connection: duckdb.DuckDBPyConnection, config: ObjectConfig, file_name: str | None = None
) -> list[Unparsable]:
    """The values in `staged`, of one file or of all, that may be missing, cannot be parsed, and so count as unknown."""
    conditions = unparsable_values(config)
    if not conditions:
        return []
    measures = ", ".join(f"count_if({condition})" for condition in conditions.values())
    fit = "_problem is null and (? is null or _source_file = ?)"
    place = [file_name, file_name]
    counts = connection.execute(f"select {measures} from staged where {fit}", place).fetchone()
    assert counts is not None
    found = []
    for (name, condition), count in zip(conditions.items(), counts, strict=True):
        if not count:
            continue
        first = connection.execute(
            f"select _source_file, _source_row, {_shown(quoted(name))} from staged where {fit} and {condition} "
            "order by _source_file, _source_row limit 1",
            place,
        ).fetchone()
        assert first is not None
        found.append(Unparsable(name, count, *first))
    return found


def _warn(
    connection: duckdb.DuckDBPyConnection,
    file: LandedFile,
    read: FileRead,
    counts: FileCounts,
    *,
    is_emptied: bool,
) -> None:
    reasons = connection.execute(
        "select reason, count(*), arg_min(message, source_row) from set_aside "
        "where source_file = ? group by reason order by min(source_row)",
        [file.name],
    ).fetchall()
    for reason, count, message in reasons:
        rows = "1 row" if count == 1 else f"{count} rows"
        what = "all" if reason == UNREADABLE_FILE else rows
        counts.warnings.append(f"{message} ({reason}: {what} of this file set aside)")
    if read.is_cut:
        counts.file_warnings.append(
            f"{file.name}: the file is cut off; only the part that is there was loaded. Export it again."
        )
    elif is_emptied:
        counts.file_warnings.append(
            f"{file.name}: the register has a header and no rows, so its earlier rows no longer count."
        )
    elif read.is_empty:
        counts.file_warnings.append(
            f"{file.name}: the file has no rows; nothing was loaded from it, and nothing was removed."
        )
    elif read.has_nothing_to_unnest and not file.is_shared:
        counts.file_warnings.append(
            f"{file.name}: no line contains what {file.object} is read from, so it has no row of it."
        )
    elif read.lacks_last_line_end:
        counts.file_warnings.append(
            f"{file.name}: the last line has no line end; it has all of its fields and was kept. "
            "Check that the export was complete."
        )
    counts.warnings += counts.file_warnings
