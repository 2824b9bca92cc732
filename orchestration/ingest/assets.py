"""The extracts as Dagster shows them: one asset per object, all loaded in one step because one lock guards them."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Config,
    FreshnessPolicy,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)

from orchestration.ingest.run import ingest
from orchestration.ingest.source_config import SourceConfig, load_source_configs
from orchestration.progress import progress_of, warn
from orchestration.run_lock import RUN_LOCK
from orchestration.settings import Settings
from orchestration.table_metadata import table_metadata
from orchestration.warehouse import connect

OWNER = "team:data-engineering"
# what the room records in addition to the extracts; the models read it
RECORDS = {
    "load_ledger": "One row per file: fingerprint, rows read, kept, unchanged, quarantined.",
    "quarantine": "Rows that could not be read, each with file, line, column, value and fix.",
    "source": "One row per source, with what its YAML declares.",
    "source_time_zone": "The zone of a source's local instants, by date.",
}


class IngestConfig(Config):
    """`rebuild` reads everything again from the landing folder; `as_of` (YYYY-MM-DD) leaves out later extracts."""

    rebuild: bool = False
    as_of: str | None = None


def raw_key(source: str, name: str) -> AssetKey:
    """The asset of a raw table: of an object of a source, or of the room's own records (source `kuota`)."""
    return AssetKey(["raw", source, name])


def extracts_asset(settings: Settings) -> AssetsDefinition:
    """All raw tables as one step; materializing some of them loads only their sources."""
    configs = load_source_configs(settings.sources)
    specs = [
        AssetSpec(
            raw_key(source, object_name),
            group_name="raw",
            owners=[config.owner],
            kinds={"duckdb"},
            tags={"kuota/extract": entity.extract},
            # how long ago a run last read it; the ops page says whether its extracts themselves are late
            freshness_policy=FreshnessPolicy.time_window(fail_window=timedelta(days=config.expected_every_days + 1)),
            description=f"{entity.description}\n\nAs delivered, all text, a log of changes. {config.description}",
            skippable=True,
        )
        for source, config in configs.items()
        for object_name, entity in config.objects.items()
    ] + [
        AssetSpec(
            raw_key("kuota", name),
            group_name="raw",
            owners=[OWNER],
            kinds={"duckdb"},
            description=description,
            skippable=True,
        )
        for name, description in RECORDS.items()
    ]

    @multi_asset(name="extracts", specs=specs, can_subset=True, required_resource_keys={RUN_LOCK})
    def extracts(context: AssetExecutionContext, config: IngestConfig) -> Iterator[MaterializeResult[None]]:
        started = time.monotonic()
        report_progress = progress_of(context)
        selected = context.selected_asset_keys
        sources = sorted({key.path[1] for key in selected} - {"kuota"})
        report = ingest(
            settings,
            run_id=context.run.run_id,
            sources=sources or None,
            rebuild=config.rebuild,
            as_of=date.fromisoformat(config.as_of) if config.as_of else None,
            progress=report_progress,
        )
        for warning in report.warnings:
            warn(context, warning)
        if report.rebuilt_because:
            report_progress(f"Raw was rebuilt from the landing folder: {report.rebuilt_because}.")
        metadata = _metadata(configs, settings.warehouse)
        seconds = time.monotonic() - started
        for key in sorted(selected):
            _, source, name = key.path
            took = seconds if source == "kuota" else report.seconds.get((source, name), 0.0)
            yield MaterializeResult(asset_key=key, metadata={**metadata[source, name], "seconds": round(took, 3)})

    return extracts


def _metadata(configs: Mapping[str, SourceConfig], warehouse: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """By source and object: the rows of the table, its columns, and the newest extract that was read.

    Of an object only the current rows count. The room's own records have the source `kuota`.
    """
    objects = [(source, name) for source, config in configs.items() for name in config.objects]
    descriptions = {
        configs[source].raw_table(name): {
            column: found.description or "" for column, found in configs[source].objects[name].columns.items()
        }
        for source, name in objects
    }
    records = {("kuota", name): f"raw.{name}" for name in RECORDS}
    tables = records | {(source, name): configs[source].raw_table(name) for source, name in objects}
    counted = " union all ".join(
        f"select '{source}' as source, '{name}' as object, count(*) as rows from {tables[source, name]} "  # noqa: S608
        "where _superseded_at is null and not _is_tombstone"
        for source, name in objects
    )
    with connect(warehouse, read_only=True) as connection:
        columns = table_metadata(
            connection, [("raw", table.partition(".")[2]) for table in tables.values()], descriptions
        )
        found = connection.execute(
            f"""
            with counted as ({counted})
            select counted.source, counted.object, counted.rows, max(ledger.extracted_at)
            from counted
            left join raw.load_ledger as ledger on ledger.source = counted.source and ledger.object = counted.object
            group by all
            """  # noqa: S608 (names of our own YAML)
        ).fetchall()
    metadata = {key: columns[table] for key, table in tables.items()}
    for source, name, rows, newest in found:
        metadata[source, name]["dagster/row_count"] = rows
        if newest is not None:
            metadata[source, name]["newest_extract"] = MetadataValue.timestamp(newest.replace(tzinfo=UTC))
    return metadata
