"""A batch of extracts to schema raw: read and staged outside of it, then applied in one transaction."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.ingest.batch import Batch
from orchestration.ingest.change_log import apply_batch
from orchestration.ingest.landing import unchanged
from orchestration.ingest.losses import LossLimits
from orchestration.ingest.plain_text import fingerprint
from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.rows import rows_of
from orchestration.ingest.set_aside import FileCounts
from orchestration.ingest.source_config import SourceConfig
from orchestration.ingest.stage import stage_batch
from orchestration.tables import LOAD_LEDGER
from orchestration.warehouse import transaction


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


def load_batch(
    connection: duckdb.DuckDBPyConnection,
    config: SourceConfig,
    batch: Batch,
    scratch: Path,
    run_id: str,
    rewind_to: datetime | None,
    limits: LossLimits,
    accepted: Collection[datetime],
    landing: Path,
) -> list[FileCounts]:
    """Load a batch, none of whose files raw holds; returns the counts of each file, in their order.

    An extract that loses more than the `limits` is held back, unless its instant is `accepted`.

    Raises ConfigurationError if a file of the folder `landing` changed or went away meanwhile; raw is then as it was.

    Raw changes in one transaction, which begins with the rewind of the object to `rewind_to`, unless that is None; the
    connection must not be in another one. Expects every later extract of the object to have been rewound.
    """
    loaded_at = datetime.now(UTC).replace(tzinfo=None)
    # Outside the transaction, because an error of the strict reader would end it.
    with unchanged(batch.files, landing):
        fingerprints = [fingerprint(file.path) for file in batch.files]
        counts = stage_batch(connection, batch, config, loaded_at, scratch)
    with transaction(connection):
        if rewind_to is not None:
            rewind(connection, config, batch.object, rewind_to)
        table = config.raw_table(batch.object)
        apply_batch(connection, table, config.objects[batch.object], batch, counts, loaded_at, limits, accepted)
        connection.execute("insert into raw.quarantine from set_aside order by extracted_at, source_file, source_row")
        _write_ledger(connection, config, batch, fingerprints, counts, loaded_at, run_id)
    _drop_temporary_tables(connection)
    return counts


def _drop_temporary_tables(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute("select table_name from duckdb_tables() where temporary").fetchall()
    connection.execute("".join(f"drop table temp.{quoted(table)};" for (table,) in tables))


def _write_ledger(
    connection: duckdb.DuckDBPyConnection,
    config: SourceConfig,
    batch: Batch,
    fingerprints: Sequence[str],
    counts: Sequence[FileCounts],
    loaded_at: datetime,
    run_id: str,
) -> None:
    rows = [
        {
            "run_id": run_id,
            "source": file.source,
            "object": file.object,
            "source_file": file.name,
            "extracted_at": batch.instants[extract - 1],
            "fingerprint": file_fingerprint,
            "file_size": file.size,
            "file_modified_at": file.modified_at,
            "is_full": config.objects[batch.object].extract == "full",
            "rows_read": count.rows_read,
            "rows_kept": count.rows_kept,
            "rows_unchanged": count.rows_unchanged,
            "rows_quarantined": count.rows_quarantined,
            "rows_held_back": count.rows_held_back,
            "rows_not_records": sum(each.count for each in count.not_records),
            "not_records": json.dumps({each.kind: each.count for each in count.not_records}),
            "values_unparsable": count.values_unparsable,
            "tombstones": count.tombstones,
            "records_before": count.loss.before,
            "records_missing": count.loss.missing,
            "is_held_back": count.is_held_back,
            "is_accepted": count.is_accepted,
            "warnings": json.dumps(count.warnings, ensure_ascii=False),
            "loaded_at": loaded_at,
        }
        for file, extract, file_fingerprint, count in zip(
            batch.files, batch.extract_numbers, fingerprints, counts, strict=True
        )
    ]
    connection.execute(
        f"insert into {LOAD_LEDGER.full_name} by name from {rows_of('rows', LOAD_LEDGER.columns)}", {"rows": rows}
    )
