"""The checks as Dagster shows them: one asset check per expectation, one step per room."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urljoin

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckKey,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
    multi_asset_check,
)

from orchestration.guard.suites import Check, Suite, Target, load_suites
from orchestration.guard.validate import CheckResult, Room, validate
from orchestration.progress import progress_of
from orchestration.run_lock import RUN_LOCK
from orchestration.settings import Settings
from orchestration.table_state import checks_that_hold
from orchestration.warehouse import connect


def guard_checks(
    settings: Settings,
    room: Room,
    asset_key_of: Callable[[str], AssetKey],
    results_may_hold: Callable[[], bool] = lambda: False,
) -> AssetChecksDefinition:
    """All checks of a room (`raw_checks`, `marts_checks`) as one step; `asset_key_of` maps "schema.table" to its asset.

    Critical ones block what is downstream. Materializing some assets runs only their checks. A table whose checks all
    passed since it last changed is not checked again, if `results_may_hold`: what they passed under is still the same.
    Raises ConfigurationError if a suite cannot be used.
    """
    suites = load_suites(settings.expectations / room)
    checks = {
        AssetCheckKey(asset_key_of(target.target), check.check_name): (target, check)
        for suite in suites
        for target in suite.targets
        for check in target.expectations
    }
    specs = [
        _spec(suite, it, check, asset_key_of) for suite in suites for it in suite.targets for check in it.expectations
    ]

    @multi_asset_check(name=f"{room}_checks", specs=specs, can_subset=True, required_resource_keys={RUN_LOCK})
    def run_checks(context: AssetCheckExecutionContext) -> Iterator[AssetCheckResult]:
        selected = [key for key in checks if key in context.selected_asset_check_keys]
        hold = _targets_that_hold(settings, room, [it[0] for it in checks.values()]) if results_may_hold() else set()
        targets = list(dict.fromkeys(checks[key][0].target for key in selected if checks[key][0].target not in hold))
        results = validate(settings, room, run_id=context.run.run_id, targets=targets, progress=progress_of(context))
        found = {(result.target, result.check_name): result for result in results}
        for key in selected:
            target, check = checks[key]
            result = found.get((target.target, check.check_name))
            if result:
                yield _reported(settings, key, check, result)
            else:
                yield _not_run(key, "still passed" if target.target in hold else "no rows delivered")

    return run_checks


def _spec(suite: Suite, target: Target, check: Check, asset_key_of: Callable[[str], AssetKey]) -> AssetCheckSpec:
    return AssetCheckSpec(
        name=check.check_name,
        asset=asset_key_of(target.target),
        # so that what the query reads is built before the check runs
        additional_deps=[asset_key_of(table) for table in check.reads if table != target.target],
        description=check.meta.why,
        blocking=check.severity == "critical",
        metadata={"owner": suite.owner, "severity": check.severity, "fix": check.meta.fix},
    )


def _reported(settings: Settings, key: AssetCheckKey, check: Check, result: CheckResult) -> AssetCheckResult:
    errored = result.status == "errored"
    return AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.status == "passed",
        severity=AssetCheckSeverity.ERROR if check.severity == "critical" else AssetCheckSeverity.WARN,
        description=f"The check itself could not run: {result.observed}" if errored else check.meta.why,
        metadata={
            "status": result.status,
            "observed": result.observed,
            "unexpected_count": result.unexpected_count,
            "element_count": result.element_count,
            "sample_keys": result.sample_keys,
            "why": check.meta.why,
            "fix": check.meta.fix,
            "owner": result.owner,
            "data_docs": _data_docs(settings, result.target),
        },
    )


def _data_docs(settings: Settings, target: str) -> MetadataValue[str]:
    """The page of a table: a link where the reports are served, else a path to copy. Browsers open no file:// link."""
    page, anchor = Path("data_docs") / "index.html", f"#{target}"
    if url := settings.channels.report_url:
        return MetadataValue.url(urljoin(url, f"{page}{anchor}"))
    return MetadataValue.path(f"{settings.reports / page}{anchor}")


def _targets_that_hold(settings: Settings, room: Room, targets: Sequence[Target]) -> set[str]:
    reads = [
        (target.target, check.check_name, table)
        for target in targets
        for check in target.expectations
        for table in (target.target, *check.reads)
    ]
    with connect(settings.warehouse) as connection:
        hold = checks_that_hold(connection, room, reads)
    return {
        target.target for target in targets if {(target.target, it.check_name) for it in target.expectations} <= hold
    }


def _not_run(key: AssetCheckKey, observed: str) -> AssetCheckResult:
    # Dagster warns of a blocking check that reports nothing
    return AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=True,
        description="Nothing new to check.",
        metadata={"status": "not checked", "observed": observed},
    )
