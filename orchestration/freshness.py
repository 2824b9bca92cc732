"""Whether each source still delivers, as an asset check: a freshness policy only sees when a run last read a table."""

from collections.abc import Iterator
from datetime import UTC, datetime

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckKey,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    multi_asset_check,
)

from orchestration.ingest import load_source_configs
from orchestration.ingest.assets import raw_key
from orchestration.publish.ops_queries import freshness
from orchestration.run_lock import RUN_LOCK
from orchestration.settings import Settings
from orchestration.warehouse import connect

CHECK = "source_is_on_time"


def freshness_checks(settings: Settings) -> AssetChecksDefinition:
    """One check per source, on the first of its tables: its newest extract is not older than its cadence allows."""
    configs = load_source_configs(settings.sources)
    keys = {AssetCheckKey(raw_key(name, next(iter(it.objects))), CHECK): name for name, it in configs.items()}
    specs = [
        AssetCheckSpec(
            name=key.name,
            asset=key.asset_key,
            description=f"The newest extract of {source} is at most {configs[source].expected_every_days} days old, by "
            "the clock of this machine. A source that has ended is only expected to deliver until its end date.",
            metadata={"owner": configs[source].owner},
        )
        for key, source in keys.items()
    ]

    @multi_asset_check(name="freshness_checks", specs=specs, can_subset=True, required_resource_keys={RUN_LOCK})
    def run_checks(context: AssetCheckExecutionContext) -> Iterator[AssetCheckResult]:
        with connect(settings.warehouse, read_only=True) as connection:
            connection.execute("create temp view load_ledger as from raw.load_ledger")
            connection.execute("create temp view source as from raw.source left join raw.source_end using (source)")
            found = {row["source"]: row for row in freshness(connection, datetime.now(UTC))}
        for key, source in keys.items():
            if key in context.selected_asset_check_keys:
                row = found.get(source, {"status": "not_delivered", "days_behind": None})
                yield AssetCheckResult(
                    asset_key=key.asset_key,
                    check_name=key.name,
                    passed=row["status"] not in ("late", "delivers_after_end"),
                    severity=AssetCheckSeverity.WARN,
                    metadata={"status": row["status"], "days_behind": row["days_behind"]},
                )

    return run_checks
