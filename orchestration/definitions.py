"""All definitions on one screen: extracts → raw → models → marts → published, with the checks between them."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from dagster import (
    AssetSelection,
    Definitions,
    FreshnessPolicy,
    LoggerDefinition,
    RunRequest,
    ScheduleDefinition,
    SensorEvaluationContext,
    SkipReason,
    define_asset_job,
    definitions,
    in_process_executor,
    sensor,
)

from orchestration.finish_run import finish_in_run, finish_sensors
from orchestration.freshness import freshness_checks
from orchestration.guard import guard_checks, load_suites
from orchestration.ingest.assets import extracts_asset, raw_key
from orchestration.ingest.sensor import fingerprint_of, new_files
from orchestration.lineage import critical_tests, tables_built_from
from orchestration.publish import CriticalCheck
from orchestration.publish.assets import publish_asset
from orchestration.run_lock import RUN_LOCK, run_lock
from orchestration.settings import SETTINGS_FILE, Settings, company_settings
from orchestration.transform import ensure_manifest, is_built_from_this
from orchestration.transform.assets import asset_keys, models_asset


@definitions
def kuota() -> Definitions:
    """The code location that `make dev` and a deployment load."""
    return build_definitions(Settings.from_environment())


def build_definitions(
    settings: Settings, *, versions_only: bool = False, loggers: Mapping[str, LoggerDefinition] | None = None
) -> Definitions:
    """The assets, checks, jobs, schedule and sensors for one home and landing folder.

    `versions_only` is for runs as of an earlier day: they leave what readers open, and the reports, as they are.
    """
    keys = asset_keys(ensure_manifest(settings))
    time_zone = company_settings(settings)["reporting_time_zone"]
    everything = AssetSelection.all() | AssetSelection.all_asset_checks()
    refresh = define_asset_job(
        "refresh",
        everything,
        description="Load what is new, build and check every model, publish.",
    )
    rebuild = define_asset_job(
        "rebuild",
        everything,
        config={"ops": {name: {"config": {"rebuild": True}} for name in ("extracts", "models")}},
        description="The same, but reads all of raw from the landing folder again and builds every model from scratch.",
    )
    published = publish_asset(
        settings.warehouse,
        settings.published,
        lambda: gate_inputs(ensure_manifest(settings), settings.expectations),
        deps=[key for table, key in keys.items() if table.startswith("marts.")],
        versions_only=versions_only,
        keep=settings.keep_versions,
    ).map_asset_specs(
        lambda spec: spec.replace_attributes(
            freshness_policy=FreshnessPolicy.cron("0 7 * * *", timedelta(hours=24), timezone=time_zone)
        )
    )

    @sensor(
        job=refresh,
        minimum_interval_seconds=60,
        description="Starts a refresh when files have landed that the last run did not read.",
    )
    def new_extracts(context: SensorEvaluationContext) -> RunRequest | SkipReason:
        files = new_files(settings)
        if not files:
            return SkipReason("Nothing new has landed.")
        return RunRequest(run_key=fingerprint_of(files))

    return Definitions(
        assets=[extracts_asset(settings), models_asset(settings), published],
        asset_checks=[
            freshness_checks(settings),
            guard_checks(
                settings,
                "raw",
                lambda target: raw_key(*target.removeprefix("raw.").split("__", 1)),
                lambda: is_built_from_this(settings),
            ),
            guard_checks(settings, "marts", keys.__getitem__, lambda: is_built_from_this(settings)),
        ],
        jobs=[refresh, rebuild],
        schedules=[
            ScheduleDefinition(
                name="daily_refresh",
                job=refresh,
                cron_schedule="0 5 * * *",
                execution_timezone=time_zone,
                description="Every morning, before people read the numbers: the job `refresh`.",
            )
        ],
        sensors=[new_extracts, *finish_sensors(settings)],
        resources={
            RUN_LOCK: run_lock(
                settings.lock_file,
                settings_file=settings.landing / SETTINGS_FILE,
                finish=None if versions_only else finish_in_run(settings),
            )
        },
        executor=in_process_executor,
        loggers=loggers,
    )


def gate_inputs(manifest: Path, expectations: Path) -> tuple[dict[str, list[str]], list[CriticalCheck]]:
    """What the gate before publishing looks at: the parents of each model, and the critical checks."""
    return tables_built_from(manifest), critical_checks(manifest, expectations)


def critical_checks(manifest: Path, expectations: Path) -> list[CriticalCheck]:
    """What must have passed before a build may be published: critical dbt tests and critical expectations."""
    tests = [
        CriticalCheck(
            "transform",
            test.target,
            test.check_name,
            test.depends_on,
            runs_every_time=not test.is_build_test,
            unique_columns=test.unique_columns,
        )
        for test in critical_tests(manifest)
    ]
    expected = [
        CriticalCheck(room, target.target, check.check_name, (target.target, *check.reads))
        for room in ("raw", "marts")
        for suite in load_suites(expectations / room)
        for target in suite.targets
        for check in target.expectations
        if check.severity == "critical"
    ]
    return tests + expected
