"""The extracts as Dagster shows them: one asset an object, all loaded in one step because one lock guards them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
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
from orchestration.ingest.source_config import load_source_configs
from orchestration.progress import progress_of, warn
from orchestration.run_lock import RUN_LOCK
from orchestration.settings import Settings
from orchestration.warehouse import connect

OWNER = "team:data-engineering"
# what the room itself writes beside the extracts, and the models read
RECORDS = {
    "load_ledger": "One row a file: fingerprint, rows read, kept, unchanged, quarantined.",
    "quarantine": "Rows that could not be read, each with file, line, column, value and fix.",
    "source": "One row a source, with what its YAML declares.",
    "source_time_zone": "The zone of a source's local instants, by date.",
}


class IngestConfig(Config):
    """`rebuild` reads everything anew from the landing folder; `as_of` (YYYY-MM-DD) leaves out later extracts."""

    rebuild: bool = False
    as_of: str | None = None


def raw_key(source: str, name: str) -> AssetKey:
    """The asset of a raw table: of a source's object, or of the room's own records (source `kuota`)."""
    return AssetKey(["raw", source, name])


def extracts_asset(settings: Settings) -> AssetsDefinition:
    """All raw tables as one step; materializing some of them loads their sources alone."""
    configs = load_source_configs(settings.sources)
    specs = [
        AssetSpec(
            raw_key(source, object_name),
            group_name=f"raw_{source}",
            owners=[config.owner],
            kinds={"duckdb"},
            tags={"kuota/extract": entity.extract},
            # how long ago a run last read it; whether its extracts themselves are late stands on the ops page
            freshness_policy=FreshnessPolicy.time_window(fail_window=timedelta(days=config.expected_every_days + 1)),
            description=f"{entity.description}\n\nAs delivered, all text, a log of changes. {config.description}",
            skippable=True,
        )
        for source, config in configs.items()
        for object_name, entity in config.objects.items()
    ] + [
        AssetSpec(
            raw_key("kuota", name),
            group_name="raw_kuota",
            owners=[OWNER],
            kinds={"duckdb"},
            description=description,
            skippable=True,
        )
        for name, description in RECORDS.items()
    ]

    @multi_asset(name="extracts", specs=specs, can_subset=True, required_resource_keys={RUN_LOCK})
    def extracts(context: AssetExecutionContext, config: IngestConfig) -> Iterator[MaterializeResult[None]]:
        say = progress_of(context)
        selected = context.selected_asset_keys
        sources = sorted({key.path[1] for key in selected} - {"kuota"})
        report = ingest(
            settings,
            run_id=context.run.run_id,
            sources=sources or None,
            rebuild=config.rebuild,
            as_of=date.fromisoformat(config.as_of) if config.as_of else None,
            progress=say,
        )
        described = _described(settings)
        for warning in report.warnings:
            warn(context, warning)
        if report.rebuilt_because:
            say(f"Raw was rebuilt from the landing folder: {report.rebuilt_because}.")
        for key in sorted(selected):
            yield MaterializeResult(asset_key=key, metadata=described.get((key.path[1], key.path[2]), {}))

    return extracts


def _described(settings: Settings) -> dict[tuple[str, str], dict[str, Any]]:
    """Metadata of each source's object: its rows now, and the newest extract that was read."""
    configs = load_source_configs(settings.sources)
    counted = " union all ".join(
        f"select '{source}' as source, '{name}' as object, count(*) as rows from raw.{source}__{name} "  # noqa: S608
        "where _superseded_at is null and not _is_tombstone"
        for source, config in configs.items()
        for name in config.objects
    )
    with connect(settings, read_only=True) as connection:
        found = connection.execute(
            f"""
            with counted as ({counted})
            select counted.source, counted.object, counted.rows, max(ledger.extracted_at)
            from counted
            left join raw.load_ledger as ledger on ledger.source = counted.source and ledger.object = counted.object
            group by all
            """  # noqa: S608 (names of our own YAML)
        ).fetchall()
    return {(source, name): _metadata(rows, newest) for source, name, rows, newest in found}


def _metadata(rows: int, newest: datetime | None) -> dict[str, Any]:
    if newest is None:
        return {"dagster/row_count": rows}
    return {"dagster/row_count": rows, "newest_extract": MetadataValue.timestamp(newest.replace(tzinfo=UTC))}
