"""Dagster's view of the publish room: the asset of the published marts."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    TableRecord,
    asset,
)

from orchestration.progress import progress_of
from orchestration.publish.gate import CriticalCheck
from orchestration.publish.marts import publish_marts
from orchestration.publish.version import MANIFEST, read_manifest
from orchestration.run_lock import RUN_LOCK

OWNER = "team:sales-operations"


def publish_asset(
    warehouse: Path,
    published_folder: Path,
    models_and_checks: Callable[[], tuple[Mapping[str, Sequence[str]], Sequence[CriticalCheck]]],
    deps: Sequence[AssetKey],
    *,
    versions_only: bool = False,
    keep: int = 10,
) -> AssetsDefinition:
    """The asset `published/marts`. `models_and_checks` is called when it runs and returns what the gate must check.

    `versions_only` is for runs as of an earlier day: they leave what readers open as it is. The newest `keep`
    versions are kept.
    """

    @asset(
        key=AssetKey(["published", "marts"]),
        deps=list(deps),
        group_name="publish",
        required_resource_keys={RUN_LOCK},
        owners=[OWNER],
        kinds={"duckdb", "parquet"},
        description=(
            "What BI tools open, read-only: published/kuota.duckdb, replaced in one step, and its version with sorted "
            "Parquet. Refuses a build unless every critical check has passed since it was built."
        ),
    )
    def published_marts(context: AssetExecutionContext) -> MaterializeResult[None]:
        started = time.monotonic()
        models, critical_checks = models_and_checks()
        getattr(context.resources, RUN_LOCK).refuse_changed()
        report = publish_marts(
            warehouse,
            published_folder,
            run_id=context.run.run_id,
            models=models,
            critical_checks=critical_checks,
            versions_only=versions_only,
            keep=keep,
            progress=progress_of(context),
        )
        return MaterializeResult(
            metadata={
                "publish_id": report.publish_id,
                "unchanged": report.unchanged,
                "as_of_date": report.as_of_date.isoformat(),
                "tables": _tables(report.path),
                "dagster/row_count": report.rows,
                "seconds": round(time.monotonic() - started, 3),
                "path": MetadataValue.path(str(report.path)),
            }
        )

    return published_marts


def _tables(marts: Path) -> MetadataValue:
    """The published tables with their numbers of rows; the columns of each are with the model's own asset."""
    manifest = read_manifest(marts.with_name(MANIFEST)) or {"tables": {}}
    records = [TableRecord({"table": name, "rows": table["rows"]}) for name, table in manifest["tables"].items()]
    return MetadataValue.table(records)
