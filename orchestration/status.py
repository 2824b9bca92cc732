"""What a run did, in ten lines, and what is published now: read from the files that everybody may open."""

import json
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from orchestration.run import RunResult
from orchestration.settings import Settings

WARNINGS_SHOWN = 10


def describe(settings: Settings, *, now: datetime) -> dict[str, Any]:
    """What is published, how old it is at `now`, and what the last run loaded, set aside and checked.

    `published` is null where nothing ever was; `last_run` where no run ended.
    """
    manifest = settings.published / "manifest.json"
    published = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else None
    quality = settings.published / "quality.duckdb"
    return {
        "home": str(settings.home),
        "published": published
        and {
            **{name: published[name] for name in ("publish_id", "as_of_date", "published_at", "contract_version")},
            "age_in_hours": round((now - _instant(published["published_at"])).total_seconds() / 3600, 1),
            "tables": len(published["tables"]),
            "rows": sum(table["rows"] for table in published["tables"].values()),
        },
        "last_run": _last_run(settings) if quality.exists() else None,
    }


def _last_run(settings: Settings) -> dict[str, Any]:
    with duckdb.connect(str(settings.published / "quality.duckdb"), read_only=True) as connection:
        connection.execute("use quality.quality")
        last = _row(connection, "select run_id, written_at::varchar || 'Z' as ended_at from last_run")
        return {
            **last,
            **_row(
                connection,
                """
                select
                    count(*) as files_read,
                    coalesce(sum(rows_read), 0)::bigint as rows_read,
                    coalesce(sum(rows_kept), 0)::bigint as rows_kept,
                    coalesce(sum(rows_unchanged), 0)::bigint as rows_unchanged,
                    coalesce(sum(rows_quarantined), 0)::bigint as rows_quarantined
                from load_ledger where run_id = ?
                """,
                [last["run_id"]],
            ),
            **_row(connection, "select count(*) as files_in_all from load_ledger"),
            **_row(
                connection,
                """
                select
                    count(*) filter (status = 'passed') as checks_passed,
                    count(*) filter (status <> 'passed' and severity <> 'critical') as checks_warned,
                    count(*) filter (status <> 'passed' and severity = 'critical') as checks_failed
                from check_result where is_current
                """,
            ),
            "failed": _rows(
                connection,
                """
                select target, check_name, severity, status, unexpected_count, owner, fix
                from check_result where is_current and status <> 'passed'
                order by severity, target, check_name
                """,
            ),
            "rows_set_aside": _row(connection, "select count(*) as counted from quarantine")["counted"],
            "set_aside_by_models": [
                row["message"]
                for row in _rows(
                    connection,
                    "select message from quarantine where room = 'transform' order by source_file, source_row",
                )
            ],
        }


def status_lines(described: dict[str, Any]) -> list[str]:
    """`describe` for a person: about ten lines."""
    published, last = described["published"], described["last_run"]
    lines = (
        [
            f"published   {published['publish_id']}, as of {published['as_of_date']}, "
            f"{published['age_in_hours']} hours ago: {published['tables']} tables, {published['rows']:,} rows"
        ]
        if published
        else [f"published   nothing yet in {described['home']}; run `kuota run`"]
    )
    if last is None:
        return lines
    lines += [
        f"last run    {last['run_id']}, ended {last['ended_at'][:16]} UTC",
        _loaded(last),
        _checked(last),
        f"set aside   {last['rows_set_aside']} rows in all",
    ]
    for check in [check for check in last["failed"] if check["severity"] == "critical"][:5]:
        lines.append(
            f"  {check['status']}: {check['target']} {check['check_name']}, ask {check['owner']}: {check['fix']}"
        )
    return lines


def summary(settings: Settings, result: RunResult, *, seconds: float, as_of: date | None) -> list[str]:
    """What the run loaded, set aside, checked and published, and where to look: about ten lines."""
    if as_of is not None:
        publish_id = result.publish_id
        folder = settings.versions / str(publish_id)
        return [
            f"as of {as_of}: {publish_id} in {folder}" if publish_id else f"as of {as_of}: nothing published",
            f"log         {result.log_file}",
        ]
    described = describe(settings, now=datetime.now(UTC))
    last, published = described["last_run"], described["published"]
    headline = {
        "published": "published   ",
        "unchanged": "unchanged   ",
        "blocked": "NOT PUBLISHED, a critical check failed; still published is ",
        "failed": "NOT PUBLISHED, the run ended in an error; still published is ",
    }[result.outcome]
    named = f"{published['publish_id']}, as of {published['as_of_date']}" if published else "nothing"
    size = f": {published['tables']} tables, {published['rows']:,} rows" if published else ""
    # what could not be read was said while it was loaded
    set_aside = last["set_aside_by_models"]
    warnings = [f"warning: {message}" for message in set_aside[:WARNINGS_SHOWN]]
    if len(set_aside) > WARNINGS_SHOWN:
        warnings.append(f"warning: {len(set_aside) - WARNINGS_SHOWN} more rows are set aside; see the ops page")
    return [
        *warnings,
        f"{headline}{named}{size}",
        _loaded(last),
        _checked(last),
        f"marts       {settings.published / 'marts.duckdb'}",
        f"data docs   {settings.reports / 'data_docs' / 'index.html'}",
        f"ops page    {settings.reports / 'index.html'}",
        f"log         {result.log_file}",
        f"took        {seconds:.0f} s",
        "next        kuota status",
    ]


def _loaded(last: dict[str, Any]) -> str:
    unchanged = last["files_in_all"] - last["files_read"]
    return (
        f"loaded      {last['files_read']} files, {last['rows_read']:,} rows: {last['rows_kept']:,} kept, "
        f"{last['rows_unchanged']:,} unchanged, {last['rows_quarantined']:,} quarantined; {unchanged} files seen before"
    )


def _checked(last: dict[str, Any]) -> str:
    return f"checked     {last['checks_passed']} passed, {last['checks_warned']} warned, {last['checks_failed']} failed"


def _row(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None) -> dict[str, Any]:
    return _rows(connection, query, parameters)[0]


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None
) -> list[dict[str, Any]]:
    found = connection.execute(query, parameters or [])
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
