"""A staged extract to the log of changes in raw: what changed is kept, what is missing leaves a tombstone."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.ingest.landing import LandedFile
from orchestration.ingest.plain_text import fingerprint
from orchestration.ingest.raw_tables import column_list, quoted
from orchestration.ingest.read_file import check_header, read_file
from orchestration.ingest.source_config import ObjectConfig, SourceConfig
from orchestration.ingest.stage import FileCounts, begin_extract, stage_file
from orchestration.tables import LOAD_LEDGER


def rewind(connection: duckdb.DuckDBPyConnection, config: SourceConfig, object_name: str, instant: datetime) -> None:
    """Undo everything that extracts of the object at or after `instant` (UTC) did to raw."""
    table = config.raw_table(object_name)
    connection.execute(f"delete from {table} where _extracted_at >= ?", [instant])
    connection.execute(f"update {table} set _superseded_at = null where _superseded_at >= ?", [instant])
    for bookkeeping in ("load_ledger", "quarantine"):
        connection.execute(
            f"delete from raw.{bookkeeping} where source = ? and object = ? and extracted_at >= ?",
            [config.source, object_name, instant],
        )


def load_extract(
    connection: duckdb.DuckDBPyConnection,
    config: SourceConfig,
    object_name: str,
    files: list[LandedFile],
    extracted_at: datetime,
    scratch: Path,
    run_id: str,
    rewind_to: datetime | None,
) -> dict[str, FileCounts]:
    """Load all files of one extract, none of which raw holds; returns the counts of each, by file name.

    Raw changes in one transaction, which begins with the rewind of the object to `rewind_to`, unless that is None; the
    connection must not be in another one. Expects every later extract of the object to have been rewound.
    """
    found = config.objects[object_name]
    loaded_at = datetime.now(UTC).replace(tzinfo=None)
    counts: dict[str, FileCounts] = {}
    fingerprints: dict[str, str] = {}
    # Outside the transaction, because an error of the strict reader would end it.
    begin_extract(connection, found)
    for file in files:
        fingerprints[file.name] = fingerprint(file.path)
        read = read_file(connection, file, config, scratch)
        if read.header:
            check_header(file, read.header, found)
        counts[file.name] = stage_file(connection, file, read, config, extracted_at, loaded_at)
    connection.begin()
    try:
        if rewind_to is not None:
            rewind(connection, config, object_name, rewind_to)
        _apply(connection, config.raw_table(object_name), found, extracted_at, loaded_at, counts)
        connection.execute("insert into raw.quarantine from set_aside order by source_file, source_row")
        for file in files:
            digest = fingerprints[file.name]
            _write_ledger(connection, file, digest, found, counts[file.name], extracted_at, loaded_at, run_id)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    connection.execute("drop view temp.arriving")
    for table in ("staged", "set_aside", "delivered", "rejected", "known", "unchanged", "gone"):
        connection.execute(f"drop table if exists temp.{table}")
    return counts


def _apply(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    config: ObjectConfig,
    extracted_at: datetime,
    loaded_at: datetime,
    counts: Mapping[str, FileCounts],
) -> None:
    instants = {"extracted_at": extracted_at, "loaded_at": loaded_at}
    _number_rows_of_a_key(connection)
    # A view: the usable rows of the extract.
    connection.execute("create or replace temp view arriving as from staged where _problem is null")
    connection.execute(
        "create or replace temp table known as "
        f"select _key, _key_ordinal, _row_hash, _is_tombstone from {table} where _superseded_at is null"
    )
    connection.execute(
        "create or replace temp table unchanged as select _key, _key_ordinal, _source_file from arriving "
        "join known using (_key, _key_ordinal, _row_hash) where not _is_tombstone"
    )
    gone = _find_gone(connection, config, all(count.is_whole for count in counts.values()), counts)
    # Only what the extract replaces is updated: the cost follows the new rows, not the history.
    connection.execute(
        f"update {table} set _superseded_at = $extracted_at from arriving "
        f"where {table}._superseded_at is null and {table}._key = arriving._key "
        f"and {table}._key_ordinal = arriving._key_ordinal "
        f"and ({table}._is_tombstone or {table}._row_hash != arriving._row_hash)",
        {"extracted_at": extracted_at},
    )
    if gone:
        keys = ", ".join(quoted(name) for name in config.key)
        connection.execute(
            f"create or replace temp table tombstones as select {keys}, _key, _key_ordinal "
            f"from {table} semi join gone using (_key, _key_ordinal) where _superseded_at is null"
        )
        connection.execute(
            f"update {table} set _superseded_at = $extracted_at from gone where _superseded_at is null "
            f"and {table}._key = gone._key and {table}._key_ordinal = gone._key_ordinal",
            {"extracted_at": extracted_at},
        )
        connection.execute(
            f"insert into {table} by name select {keys}, _key, _key_ordinal, $file as _source_file, "
            "$extracted_at as _extracted_at, $loaded_at as _loaded_at, true as _is_tombstone from tombstones",
            {**instants, "file": min(counts)},
        )
        counts[min(counts)].tombstones = gone
    connection.execute(
        f"insert into {table} by name select {column_list(config)}, _extras, _key, _key_ordinal, _source_file, "
        "_source_row, $extracted_at as _extracted_at, $loaded_at as _loaded_at, _row_hash, "
        "null::timestamp as _superseded_at, false as _is_tombstone "
        "from arriving anti join unchanged using (_key, _key_ordinal)",
        instants,
    )
    for name, unchanged in connection.execute("select _source_file, count(*) from unchanged group by all").fetchall():
        counts[name].rows_unchanged = unchanged
    kept = connection.execute(
        f"select _source_file, count(*) from {table} where _extracted_at = ? and not _is_tombstone group by all",
        [extracted_at],
    ).fetchall()
    for name, rows in kept:
        counts[name].rows_kept = rows
    for name, count in counts.items():
        if count.rows_read != count.rows_kept + count.rows_unchanged + count.rows_quarantined:
            raise RuntimeError(
                f"{name}: a row was lost or duplicated: {count}. This is a bug in Kuota; nothing was kept."
            )


def _number_rows_of_a_key(connection: duckdb.DuckDBPyConnection) -> None:
    # Numbering sorts, so only the few keys with more than one row are numbered.
    connection.execute(
        "update staged set _key_ordinal = numbered.ordinal from ("
        "select row, row_number() over (partition by _key order by _row_hash, _source_file, _source_row) as ordinal "
        "from (select rowid as row, * from staged where _problem is null) "
        "semi join (select _key from staged where _problem is null group by _key having count(*) > 1) using (_key)"
        ") as numbered where staged.rowid = numbered.row"
    )


def _find_gone(
    connection: duckdb.DuckDBPyConnection, config: ObjectConfig, is_whole: bool, counts: Mapping[str, FileCounts]
) -> int:
    """Fill the temporary table `gone` with the known rows that the extract shows to be gone; returns how many.

    From a full extract every row that is not in it; from a delta the surplus rows of the keys that are.
    """
    connection.execute(
        "create or replace temp table gone as select _key, _key_ordinal from known "
        "anti join arriving using (_key, _key_ordinal) "
        "where not _is_tombstone and $is_whole "
        "and _key not in (select _key from staged where _problem is not null) "
        "and ($is_full or _key in (select _key from arriving))",
        {"is_whole": is_whole, "is_full": config.extract == "full"},
    )
    found = connection.execute("select count(*) from gone").fetchone()
    assert found is not None
    if not is_whole and config.extract == "full":
        first = min(name for name, count in counts.items() if not count.is_whole)
        known = connection.execute("select count(*) from known where not _is_tombstone").fetchone()
        if known and known[0]:
            counts[first].warnings.append(
                f"{first}: not all of it could be read, so records that are missing from it are not treated as deleted."
            )
    return int(found[0])


def _write_ledger(
    connection: duckdb.DuckDBPyConnection,
    file: LandedFile,
    file_fingerprint: str,
    config: ObjectConfig,
    counts: FileCounts,
    extracted_at: datetime,
    loaded_at: datetime,
    run_id: str,
) -> None:
    connection.execute(
        LOAD_LEDGER.insert_statement,
        [
            run_id,
            file.source,
            file.object,
            file.name,
            extracted_at,
            file_fingerprint,
            file.size,
            file.modified_at,
            config.extract == "full",
            counts.rows_read,
            counts.rows_kept,
            counts.rows_unchanged,
            counts.rows_quarantined,
            counts.values_unparsable,
            counts.tombstones,
            json.dumps(counts.warnings, ensure_ascii=False),
            loaded_at,
        ],
    )
