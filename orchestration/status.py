"""What a run did and what is published now, in ten lines; read from the published files."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.no_pandas import without_pandas
from orchestration.publish.ops_queries import failing_checks, freshness, quarantine, rows_of
from orchestration.publish.ops_trust import breaks as breaks_of
from orchestration.publish.to_do import to_do_list
from orchestration.run import RunResult
from orchestration.settings import Settings

WARNINGS_SHOWN = 10
REASONS_SHOWN = 3
SECTIONS = {
    "freshness": "late sources",
    "quarantine": "reasons for rows set aside",
    "warnings": "warnings",
    "breaks": "breaks to review",
}
# of a check that did not pass; its sample rows stay in kuota_quality.duckdb
CHECK = (
    *("target", "check_name", "severity", "status", "unexpected_count", "element_count", "failing_since"),
    *("failing_runs", "marts", "first_on", "last_on", "owner", "fix"),
)
SOURCE = ("source", "status", "days_behind", "expected_every_days", "owner")


@without_pandas()
def describe(settings: Settings, *, now: datetime, has_loaded: bool = True) -> dict[str, Any]:
    """What is published, how old it is at `now`, and what the last run loaded, set aside, checked and found.

    Without `has_loaded` it loaded nothing: a run that had nothing to do came after it.
    `published` is None if nothing was ever published, `restated` if nothing is known yet, `last_run` if no run ended.
    """
    manifest = settings.published / "manifest.json"
    published = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else None
    quality = settings.published / "kuota_quality.duckdb"
    return {
        "home": str(settings.home),
        "ops_page": str(settings.reports / "index.html"),
        "published": published
        and {
            **{name: published[name] for name in ("publish_id", "as_of_date", "published_at", "contract_version")},
            "age_in_hours": round((now - _instant(published["published_at"])).total_seconds() / 3600, 1),
            "tables": len(published["tables"]),
            "rows": sum(table["rows"] for table in published["tables"].values()),
        },
        "restated": _restated(settings.published) if published and "mart_restatement" in published["tables"] else None,
        "last_run": _last_run(settings.published, has_loaded, now) if quality.exists() else None,
    }


def _last_run(published: Path, has_loaded: bool, now: datetime) -> dict[str, Any]:
    with duckdb.connect(str(published / "kuota_quality.duckdb"), read_only=True) as connection:
        connection.execute("use kuota_quality.quality")
        [last] = rows_of(connection, LAST_RUN)
        [loaded] = rows_of(connection, LOADED, {"run_id": last["run_id"] if has_loaded else None})
        [checked] = rows_of(connection, CHECKED)
        [breaks] = rows_of(connection, BREAKS)
        set_aside, sources, failing = quarantine(connection), freshness(connection, now), failing_checks(connection)
        warnings = [check for check in failing if check["severity"] != "critical"]
        return {
            **last,
            **loaded,
            **checked,
            "failed": [
                {name: str(check[name]) if isinstance(check[name], date) else check[name] for name in CHECK}
                for check in failing
            ],
            "to_do": [asdict(it) for it in to_do_list(sources, set_aside, warnings, breaks_of(connection))],
            "rows_set_aside": sum(reason["row_count"] for reason in set_aside),
            "set_aside": [
                {name: reason[name] for name in ("room", "source", "object", "reason", "row_count")}
                for reason in set_aside
            ],
            "set_aside_by_models": [
                row["message"]
                for row in rows_of(
                    connection,
                    "select message from quarantine where room = 'transform' order by source_file, source_row",
                )
            ],
            "sources": [
                {name: source[name] for name in SOURCE} | {"ended_on": source["ended_on"] and str(source["ended_on"])}
                for source in sources
            ],
            "breaks": breaks,
        }


LAST_RUN = "select run_id, outcome, exit_code, written_at::varchar || 'Z' as ended_at from last_run"
LOADED = """
select
    count(*) filter (run_id = $run_id) as files_read,
    coalesce(sum(rows_read) filter (run_id = $run_id), 0)::bigint as rows_read,
    coalesce(sum(rows_kept) filter (run_id = $run_id), 0)::bigint as rows_kept,
    coalesce(sum(rows_unchanged) filter (run_id = $run_id), 0)::bigint as rows_unchanged,
    coalesce(sum(rows_quarantined) filter (run_id = $run_id), 0)::bigint as rows_quarantined,
    count(*) as files_in_all
from load_ledger
"""
CHECKED = """
select
    count(*) filter (status = 'passed') as checks_passed,
    count(*) filter (status <> 'passed' and severity <> 'critical') as checks_warned,
    count(*) filter (status <> 'passed' and severity = 'critical') as checks_failed
from check_result
where is_current
"""
BREAKS = """
select
    count(*) filter (origin = 'declared') as declared,
    count(*) filter (origin = 'detected') as detected,
    max_by(
        starts_on || ' ' || kind || ' in ' || source || ' ' || object || '.' || field
        || if(population = 'all', '', ' of ' || population),
        (starts_on, break_id)
    ) as newest
from collection_break
"""


def _restated(published: Path) -> dict[str, Any] | None:
    """The company's revenue of the newest quarter that has been closed for 30 days: as first reported, and now."""
    with duckdb.connect(str(published / "kuota.duckdb"), read_only=True) as connection:
        connection.execute("use kuota.marts")
        found = rows_of(
            connection,
            """
            select
                period_start::varchar as quarter_start,
                reported_amount::double as reported_amount,
                current_amount::double as current_amount,
                restated_ratio,
                restated_record_count
            from mart_restatement
            where
                assignee_type = 'company' and metric = 'revenue_won' and period_type = 'quarter' and days_after = 30
                and reported_amount is not null
            order by period_start desc
            limit 1
            """,
        )
    return found[0] if found else None


def status_lines(described: dict[str, Any]) -> list[str]:
    """`describe` for a person, in ten lines; one line if nothing has run yet."""
    published, last = described["published"], described["last_run"]
    first = (
        f"published   {published['publish_id']}, as of {published['as_of_date']}, "
        f"{published['age_in_hours']} hours ago: {published['tables']} tables, {published['rows']:,} rows"
        if published
        else f"published   nothing yet in {described['home']}; run `kuota run`"
    )
    if last is None:
        return [first]
    return [
        first,
        f"last run    {last['outcome'] or 'ended'}: {last['run_id']}, {last['ended_at'][:16]} UTC",
        _loaded(last),
        _checked(last),
        _to_do(last),
        _set_aside(last),
        _fresh(last),
        _breaks(last["breaks"]),
        _restatement(described["restated"]),
        f"ops page    {described['ops_page']}",
    ]


def _to_do(last: dict[str, Any]) -> str:
    critical = [check for check in last["failed"] if check["severity"] == "critical"]
    if not critical:
        waiting = Counter(item["section"] for item in last["to_do"])
        kinds = [f"{SECTIONS[section]}: {count}" for section, count in waiting.items()]
        return "to do       " + ("; ".join([*kinds, "the ops page lists them"]) if kinds else "nothing needs attention")
    check = critical[0]
    wrong = check["unexpected_count"]
    rows = "" if wrong is None else f", {wrong:,} row{'' if wrong == 1 else 's'}"
    more = f" (and {len(critical) - 1} more)" if len(critical) > 1 else ""
    since = f" since {check['failing_since'][:16]} UTC" if check["failing_since"] else ""
    return (
        f"to do       {check['target']} {check['check_name']} {check['status']}{since}{rows}; "
        f"ask {check['owner']}: {check['fix']}{more}"
    )


def _set_aside(last: dict[str, Any]) -> str:
    reasons = [
        f"{reason['row_count']:,} {reason['reason']} in {reason['source']} {reason['object']}"
        for reason in last["set_aside"][:REASONS_SHOWN]
    ]
    hidden = len(last["set_aside"]) - REASONS_SHOWN
    more = [f"{hidden} more reasons"] if hidden > 0 else []
    return f"set aside   {last['rows_set_aside']:,} rows in all" + (": " if reasons else "") + ", ".join(reasons + more)


def _fresh(last: dict[str, Any]) -> str:
    by_status: dict[str, list[str]] = {}
    for source in last["sources"]:
        name, ask = source["source"], f"ask {source['owner'] or 'its owner'}"
        words = {
            "late": f"{name} is {source['days_behind']} days behind (every {source['expected_every_days']}), {ask}",
            "delivers_after_end": f"{name} still delivers after its end on {source['ended_on']}, {ask}",
            "ended": f"{name} ended {source['ended_on']}",
        }
        by_status.setdefault(source["status"], []).append(words.get(source["status"], name))
    lines = [line for status in ("late", "delivers_after_end", "ended") for line in by_status.get(status, [])]
    counted = (len(by_status.get(status, [])) for status in ("fresh", "late"))
    return "sources     {} fresh, {} late".format(*counted) + (": " if lines else "") + "; ".join(lines)


def _breaks(breaks: dict[str, Any]) -> str:
    newest = f"; newest {breaks['newest']}" if breaks["newest"] else ""
    return f"breaks      {breaks['declared']} declared, {breaks['detected']} detected{newest}"


def _restatement(restated: dict[str, Any] | None) -> str:
    if restated is None:
        return "restated    not known yet: no quarter has been closed for 30 days"
    ratio = "" if restated["restated_ratio"] is None else f" ({restated['restated_ratio']:+.2%})"
    return (
        f"restated    revenue of the quarter from {restated['quarter_start']}: {restated['reported_amount']:,.2f} "
        f"30 days after its end, {restated['current_amount']:,.2f} now{ratio}, "
        f"{restated['restated_record_count']} records"
    )


def summary(settings: Settings, result: RunResult, *, seconds: float, as_of: date | None) -> list[str]:
    """What the run loaded, set aside, checked and published, and where to find it: about ten lines."""
    if as_of is not None:
        publish_id = result.publish_id
        folder = settings.versions / str(publish_id)
        return [
            f"as of {as_of}: {publish_id} in {folder}" if publish_id else f"as of {as_of}: nothing published",
            f"log         {result.log_file}",
        ]
    described = describe(settings, now=datetime.now(UTC), has_loaded=result.run_id is not None)
    last, published = described["last_run"], described["published"]
    headline = {
        "published": "published   ",
        "unchanged": "unchanged   ",
        "blocked": "NOT PUBLISHED, a critical check failed; still published is ",
        "failed": "NOT PUBLISHED, the run ended in an error; still published is ",
        "canceled": "NOT PUBLISHED, the run was stopped; still published is ",
    }[result.outcome]
    named = f"{published['publish_id']}, as of {published['as_of_date']}" if published else "nothing"
    size = f": {published['tables']} tables, {published['rows']:,} rows" if published else ""
    # rows that could not be read were reported while they were loaded
    set_aside = last["set_aside_by_models"] if last else []
    warnings = [f"warning: {message}" for message in set_aside[:WARNINGS_SHOWN]]
    if len(set_aside) > WARNINGS_SHOWN:
        warnings.append(f"warning: {len(set_aside) - WARNINGS_SHOWN} more rows are set aside; see the ops page")
    return [
        *warnings,
        f"{headline}{named}{size}",
        *((_loaded(last), _checked(last)) if last else ()),
        f"marts       {settings.published / 'kuota.duckdb'}",
        f"data docs   {settings.reports / 'data_docs' / 'index.html'}",
        f"ops page    {settings.reports / 'index.html'}",
        *([f"log         {result.log_file}"] if result.log_file else []),
        f"took        {seconds:.0f} s",
        "next        kuota status",
    ]


def _loaded(last: dict[str, Any]) -> str:
    unchanged = last["files_in_all"] - last["files_read"]
    rows = last["rows_read"] - last["rows_kept"] - last["rows_unchanged"] - last["rows_quarantined"]
    held_back = f", {rows:,} held back" if rows else ""
    return (
        f"loaded      {last['files_read']} files, {last['rows_read']:,} rows: {last['rows_kept']:,} kept, "
        f"{last['rows_unchanged']:,} unchanged, {last['rows_quarantined']:,} quarantined{held_back}; "
        f"{unchanged} files seen before"
    )


def _checked(last: dict[str, Any]) -> str:
    return f"checked     {last['checks_passed']} passed, {last['checks_warned']} warned, {last['checks_failed']} failed"


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
