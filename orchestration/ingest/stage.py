"""A batch of files to the temporary table `staged`: columns by name, key, hash and first problem of each row."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.ingest.batch import Batch
from orchestration.ingest.characters import replaced_characters
from orchestration.ingest.checks import as_declared, row_checks
from orchestration.ingest.decimal_commas import correct_decimal_commas
from orchestration.ingest.headers import check_header, delivered_columns
from orchestration.ingest.ids import examine_ids, hash_of, key_of
from orchestration.ingest.invisible import trim
from orchestration.ingest.json_texts import unread_json
from orchestration.ingest.keys import mark_contradictions, unify_keys
from orchestration.ingest.nested import first_key, in_text
from orchestration.ingest.not_records import leave_out
from orchestration.ingest.raw_tables import column_list, quoted
from orchestration.ingest.read_files import Delivered, FileRead, read_files
from orchestration.ingest.rows import rows_of
from orchestration.ingest.set_aside import FileCounts, collect_warnings, count_files, find_unparsable, quarantine
from orchestration.ingest.source_config import Column, ObjectConfig, SourceConfig
from orchestration.ingest.values import not_blank


def stage_batch(
    connection: duckdb.DuckDBPyConnection, batch: Batch, source: SourceConfig, loaded_at: datetime, scratch: Path
) -> list[FileCounts]:
    """Read the files of a batch; returns the counts of each, in their order.

    Leaves the temporary tables `batch_files` (_file, _source_file, _extract, _extracted_at, _is_held_back), `staged`
    (the declared columns, _extras, _key, _row_hash, _file, _source_row, _problem, _key_ordinal, _is_contradicted) and
    `set_aside`, as raw.quarantine. `scratch` is a folder for copies. Raises ConfigurationError for an unusable header.
    """
    config = source.objects[batch.object]
    _begin(connection, batch, config)
    reads: dict[int, FileRead] = {}
    for delivered in read_files(connection, dict(enumerate(batch.files)), source, scratch):
        for number in delivered.files:
            if delivered.header:
                check_header(batch.files[number], delivered.header, config)
        _name_columns(connection, delivered, config)
        reads |= delivered.files
    names = [file.name for file in batch.files]
    separated = [number for number, read in reads.items() if read.delimiter != ","]
    corrected = list(correct_decimal_commas(connection, config, names, separated))
    _check_suspects(connection, config)
    left_out = leave_out(connection, config)
    ids = list(examine_ids(connection, config, names))
    unify_keys(connection, config)
    mark_contradictions(connection, config)
    examined = [
        *corrected,
        *ids,
        *replaced_characters(connection, config, batch.files),
        *(unread_json(connection, config, names, source.taken_apart(batch.object)) if source.kind == "crm" else ()),
    ]
    quarantine(connection, source, batch.object, loaded_at)
    in_order = [reads[number] for number in range(len(batch.files))]
    counts = count_files(connection, batch.files, in_order, left_out, source)
    for number, warning in examined:
        counts[number].warnings.append(warning)
    collect_warnings(connection, batch.files, find_unparsable(connection, config), counts)
    for file, count in zip(batch.files, counts, strict=True):
        if source.kind == "crm" and count.rows_read:
            count.warnings += [
                f"{file.name}: no column '{name}', so it counts as blank in every row. Export it with the column."
                for name in config.lacking(delivered_columns(count.header))
            ]
    return counts


def extra_names(header: Sequence[str], config: ObjectConfig) -> dict[str, int]:
    """The undeclared columns by a unique name; one without a name gets its position as name."""
    seen: Counter[str] = Counter()
    names: dict[str, int] = {}
    for position, delivered in enumerate(header):
        name = trim(delivered) or f"column {position + 1}"
        if name.lower() in config.columns:
            continue
        seen[name] += 1
        names[name if seen[name] == 1 else f"{name} ({seen[name]})"] = position
    return names


def _begin(connection: duckdb.DuckDBPyConnection, batch: Batch, config: ObjectConfig) -> None:
    columns = ", ".join(f"{quoted(name)} varchar" for name in config.columns)
    connection.execute(
        f"create or replace temp table staged ({columns}, _extras varchar, _key varchar, _row_hash varchar, "
        "_file integer, _source_row bigint, _problem integer, _key_ordinal integer, _is_contradicted boolean)"
    )
    connection.execute("create or replace temp table set_aside as from raw.quarantine limit 0")
    files = [
        {
            "_file": number,
            "_source_file": file.name,
            "_extract": extract,
            "_extracted_at": batch.instants[extract - 1],
            "_is_held_back": False,
        }
        for number, (file, extract) in enumerate(zip(batch.files, batch.extract_numbers, strict=True))
    ]
    columns_of_file = {
        "_file": "integer",
        "_source_file": "varchar",
        "_extract": "integer",
        "_extracted_at": "timestamp",
        "_is_held_back": "boolean",
    }
    connection.execute(
        f"create or replace temp table batch_files as from {rows_of('files', columns_of_file)}", {"files": files}
    )


def _name_columns(connection: duckdb.DuckDBPyConnection, delivered: Delivered, config: ObjectConfig) -> None:
    positions = delivered_columns(delivered.header)
    declared = [
        as_declared(column, _delivered_text(positions.get(name, []), column), delivered.format)
        if name in positions or delivered.format == "jsonl" or config.unnest
        else _text_within(column, positions)
        for name, column in config.columns.items()
    ]
    parameters = dict(delivered.relation.parameters)
    extras = sorted(extra_names(delivered.header, config).items())
    extras_json = "null::varchar"
    if extras:
        parameters["names"] = [name for name, _ in extras]
        # Without nulls, so that a column that is blank everywhere changes no row. One expression for all columns:
        # with one for each, DuckDB's optimizer takes minutes for a few hundred.
        texts = (
            f"list_transform([{', '.join(f'f{position}' for _, position in extras)}], lambda x: {not_blank(None, 'x')})"
        )
        filled = f"list_filter(list_zip($names, {texts}), lambda pair: pair[2] is not null)"
        extras_json = f"nullif(to_json(map_from_entries({filled}))::varchar, '{{}}')"
    named = ", ".join(f"{text} as {quoted(name)}" for name, text in zip(config.columns, declared, strict=True))
    connection.execute(
        f"insert into staged select {column_list(config)}, _extras, {key_of(config)}, {hash_of(config)}, "
        f"_file, _source_row, {_first_problem(config, quick=True)}, 1, false "
        f"from (select file as _file, source_row as _source_row, {named}, {extras_json} as _extras "
        f"from ({delivered.relation.sql}))",
        parameters,
    )


def _check_suspects(connection: duckdb.DuckDBPyConnection, config: ObjectConfig) -> None:
    """Check the rows that failed a quick check, mostly none, with the checks that know every spelling."""
    if connection.execute("select 1 from staged where _problem is not null limit 1").fetchone():
        connection.execute(f"update staged set _problem = {_first_problem(config)} where _problem is not null")


def _first_problem(config: ObjectConfig, *, quick: bool = False) -> str:
    checks = " ".join(f"when {check.condition} then {n}" for n, check in enumerate(row_checks(config, quick=quick)))
    return f"case {checks} end" if checks else "null"


def _text_within(column: Column, positions: Mapping[str, list[int]]) -> str:
    """SQL for what the paths of a column lead to in texts that are JSON, as connectors write lists to tables."""
    found = [
        in_text(path, f"f{position}") for path in column.path for position in positions.get(first_key(path).lower(), ())
    ]
    return not_blank(column, f"coalesce({', '.join(found)}, null)") if found else "null::varchar"


def _delivered_text(positions: list[int], column: Column | None = None) -> str:
    if not positions:
        return "null::varchar"
    fields = ", ".join(f"f{position}" for position in positions)
    text = f"coalesce({fields})" if len(positions) > 1 else fields
    return not_blank(column, text)
