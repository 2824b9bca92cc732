"""Run the suites of a room on the warehouse and store the results in quality.check_result."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from orchestration.guard import duckdb_dialect, gx
from orchestration.guard.findings import SAMPLE_SIZE, Finding, Status, finding_of
from orchestration.guard.suites import Suite, Target, load_suites
from orchestration.settings import Settings
from orchestration.tables import CHECK_RESULT
from orchestration.warehouse import connect

Room = Literal["raw", "marts"]


@dataclass(frozen=True)
class CheckResult:
    """One row of quality.check_result, in its column order; tables.CHECK_RESULT says what each means."""

    run_id: str
    checked_at: datetime
    room: Room
    target: str
    check_name: str
    severity: Literal["critical", "warning"]
    status: Status
    observed: str
    unexpected_count: int | None
    element_count: int | None
    sample_keys: str | None
    owner: str
    fix: str


def validate(
    settings: Settings,
    room: Room,
    *,
    run_id: str,
    targets: Sequence[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[CheckResult]:
    """Check the tables of a room, all of them or those of `targets`; store and return one result per check.

    Raw tables are checked on their current rows; one without any (nothing was delivered) gets no result. A
    check that cannot be computed is `errored`: it says nothing about the data. All connections are closed at the end.
    """
    suites = load_suites(settings.expectations / room)
    chosen = [(suite, it) for suite in suites for it in suite.targets if targets is None or it.target in targets]
    row_counts = _count_rows(settings.warehouse, room, [target.target for _, target in chosen])
    results: list[CheckResult] = []
    results_folder = gx.folder_of_results(settings.reports, run_id)
    try:
        source = gx.open_warehouse(settings.warehouse, results_folder)
        for suite, target in chosen:
            row_count = row_counts[target.target]
            if room == "raw" and row_count == 0:
                continue
            checked_at = datetime.now(UTC).replace(tzinfo=None)
            if row_count is None:
                findings = dict.fromkeys(_names(target), Finding("errored", f"there is no table {target.target}"))
            else:
                query = _rows_to_check(room, target.target)
                findings = _run(source, target, query, run_id, checked_at, row_count)
                findings |= _samples_of_failed_queries(settings.warehouse, target, query, findings)
            of_target = _results(run_id, checked_at, room, suite, target, findings)
            progress(_summary(target.target, of_target))
            results += of_target
    finally:
        duckdb_dialect.close_connections()
    _store(settings.warehouse, results)
    return results


def _rows_to_check(room: Room, target: str) -> str:
    current = " where _superseded_at is null and not _is_tombstone" if room == "raw" else ""
    return f"select * from {target}{current}"  # noqa: S608 -- the name is an identifier of our own suites


def _count_rows(warehouse: Path, room: Room, targets: Sequence[str]) -> dict[str, int | None]:
    """How many rows a check of each target sees; None if there is no such table."""
    counts: dict[str, int | None] = {}
    with connect(warehouse) as connection:
        tables = "select table_schema || '.' || table_name from information_schema.tables"
        existing = {name for (name,) in connection.execute(tables).fetchall()}
        for target in targets:
            query = f"select count(*) from ({_rows_to_check(room, target)})"  # noqa: S608 -- as above
            counted = connection.execute(query).fetchone() if target in existing else None
            counts[target] = counted[0] if counted else None
    return counts


def _run(
    source: gx.Source, target: Target, query: str, run_id: str, checked_at: datetime, row_count: int
) -> dict[str, Finding]:
    validation = gx.run(source, target, query, run_id, checked_at)
    return {it.expectation_config.meta["check_name"]: finding_of(it, row_count) for it in validation.results}


def _samples_of_failed_queries(
    warehouse: Path, target: Target, query: str, findings: dict[str, Finding]
) -> dict[str, Finding]:
    """The failed SQL expectations with their first rows: Great Expectations would fetch them all."""
    failed = [it for it in target.expectations if it.query and findings[it.check_name].status == "failed"]
    sampled: dict[str, Finding] = {}
    if failed:
        with connect(warehouse, read_only=True) as connection:
            for check in failed:
                rows = connection.sql(f"select * from ({check.query.format(batch=f'({query})')}) limit {SAMPLE_SIZE}")  # noqa: S608
                sample = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
                sampled[check.check_name] = replace(findings[check.check_name], sample=sample)
    return sampled


def _names(target: Target) -> list[str]:
    return [check.check_name for check in target.expectations]


def _results(
    run_id: str, checked_at: datetime, room: Room, suite: Suite, target: Target, findings: dict[str, Finding]
) -> list[CheckResult]:
    return [
        CheckResult(
            run_id=run_id,
            checked_at=checked_at,
            room=room,
            target=target.target,
            check_name=check.check_name,
            severity=check.severity,
            status=finding.status,
            observed=finding.observed,
            unexpected_count=finding.unexpected_count,
            element_count=finding.element_count,
            sample_keys=finding.sample_keys,
            owner=suite.owner,
            fix=check.meta.fix,
        )
        for check in target.expectations
        for finding in [findings[check.check_name]]
    ]


def _summary(target: str, results: Sequence[CheckResult]) -> str:
    counts = Counter("warned" if it.status == "failed" and it.severity != "critical" else it.status for it in results)
    parts = [f"{counts[word]} {word}" for word in ("passed", "warned", "failed", "errored") if counts[word]]
    return f"{target}: {', '.join(parts)}"


def _store(warehouse: Path, results: Sequence[CheckResult]) -> None:
    if not results:
        return
    with connect(warehouse) as connection:
        connection.executemany(CHECK_RESULT.insert_statement, [astuple(result) for result in results])
