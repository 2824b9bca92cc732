"""The ops page: one file with what was published, what to do, and what was loaded, set aside and checked."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orchestration.publish import charts, ops_queries, ops_trust
from orchestration.publish.files import make_private_folder, remove_leftovers, write_text_in_place
from orchestration.publish.marts import VERSIONS, kept_versions
from orchestration.publish.quality import QUALITY
from orchestration.publish.to_do import awaits_review, to_do_list
from orchestration.publish.version import DATABASE, MANIFEST, read_manifest
from orchestration.sample_rows import samples

OUTCOMES = ("published", "unchanged", "blocked", "failed", "canceled", "finished")
REASONS_DRAWN = 12
TO_DO_SHOWN = 12


def write_ops_report(
    published: Path,
    reports: Path,
    *,
    run_id: str,
    outcome: str,
    details: Sequence[str] = (),
    now: datetime | None = None,
) -> Path:
    """Write reports/index.html from published/kuota_quality.duckdb and the manifests, and return its path.

    `outcome` is one of OUTCOMES: published, unchanged (the same content was there), blocked (the gate refused), failed
    (an error), canceled, or finished (a run that was not meant to publish). `details` give the reason. How late a
    source is rests on `now`, with its time zone: the machine's clock if None.
    Call publish_quality before it. The caller holds the lock.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome is {outcome!r}; known are {', '.join(OUTCOMES)}")
    manifest = read_manifest(published / MANIFEST)
    with duckdb.connect(str(published / QUALITY), read_only=True) as connection:
        # the file has the same name as its schema, so `quality.check_result` would be ambiguous
        connection.execute("use kuota_quality.quality")
        ops_trust.attach_published(connection, published / DATABASE)
        content = _content(connection, run_id, now or datetime.now(UTC))
    critical = [check for check in content["failing"] if check["severity"] == "critical"]
    warnings = [check for check in content["failing"] if check["severity"] != "critical"]
    data_docs = reports / "data_docs" / "index.html"
    page = _environment().get_template("ops_report.html.j2")
    html = page.render(
        **content,
        run_id=run_id,
        outcome=outcome,
        headline=headline(outcome, len(critical), manifest),
        details=[line for line in details if not _has_card(line, critical)],
        manifest=manifest,
        critical=critical,
        warnings=warnings,
        to_do=to_do_list(content["freshness"], content["quarantine"], warnings, content["breaks"]),
        to_do_shown=TO_DO_SHOWN,
        versions=kept_versions(published / VERSIONS),
        has_data_docs=data_docs.exists(),
        in_data_docs=set(re.findall(r' id="([^"]+)"', data_docs.read_text("utf-8"))) if data_docs.exists() else set(),
    )
    make_private_folder(reports)
    remove_leftovers(reports)
    write_text_in_place(reports / "index.html", html)
    return reports / "index.html"


def headline(outcome: str, failed_critical_checks: int, manifest: dict[str, Any] | None) -> str:
    """One sentence: how the run ended, and what readers see now."""
    publish_id = manifest["publish_id"] if manifest else None
    stays = f"the previous publish {publish_id} stays" if publish_id else "nothing was ever published"
    if outcome == "published":
        return f"Published {publish_id}"
    if outcome == "unchanged":
        return f"Nothing new: {publish_id} is published already"
    if outcome == "blocked":
        number = failed_critical_checks
        failed = f"{number} critical check{'' if number == 1 else 's'} failed"
        return f"Nothing published: {failed if number else 'the build is not fully checked'}; {stays}"
    if outcome == "finished":
        return f"Run finished without a publish of its own; {stays}"
    return f"Nothing published: the run {'was canceled' if outcome == 'canceled' else 'ended in an error'}; {stays}"


def _has_card(line: str, critical: Sequence[dict[str, Any]]) -> bool:
    """Whether the line is about a check that has a card: the card has it in full, without the content of rows."""
    return any(line.startswith(f"{check['target']}: {check['check_name']} ") for check in critical)


def _content(connection: duckdb.DuckDBPyConnection, run_id: str, now: datetime) -> dict[str, Any]:
    rooms, runs = ops_queries.checks_by_room(connection), ops_trust.trend(connection)
    freshness, quarantine = ops_queries.freshness(connection, now), ops_queries.quarantine(connection)
    settling = ops_trust.settling(connection)
    most_moved = max((row["after_0"] for row in settling), default=0)
    most_set_aside = max((row["row_count"] for row in quarantine), default=0)
    newest = [row["newest_extract_at"] for row in freshness if row["kind"] != "register" and row["newest_extract_at"]]
    health, names = ops_trust.collection_health(connection), ops_trust.team_names(connection)
    return {
        "failing": [{**row, "samples": samples(row["sample_keys"])} for row in ops_queries.failing_checks(connection)],
        "rooms": [{**row, "bars": charts.trend_bars(runs, row["room"])} for row in rooms],
        "runs": runs,
        **_breaks(ops_trust.breaks(connection), max(newest).date() if newest else None),
        "team_names": names,
        "health": charts.heat_map(
            health and [{**row, "note": ops_trust.lost_points(row)} for row in health],
            "score",
            charts.HEALTH_STEPS,
            names,
            is_good_high=True,
        ),
        "shares": charts.heat_map(
            ops_trust.restated_shares(connection),
            "restated_share",
            charts.SHARE_STEPS,
            names,
            is_good_high=False,
            shows_largest=True,
        ),
        "months_shown": ops_trust.MONTHS_SHOWN,
        "settling": [
            {
                **row,
                "bars": [charts.bar_width(row[name] or 0, most_moved) for name in ("after_0", "after_7", "after_30")],
            }
            for row in settling
        ],
        "restatements": ops_trust.restatements(connection),
        "tie_outs": ops_trust.tie_outs(connection),
        "tie_outs_shown": ops_trust.TIE_OUTS_SHOWN,
        "loads": ops_queries.loads(connection, run_id),
        "load_warnings": ops_queries.load_warnings(connection, run_id),
        "quarantine": [{**row, "bar": charts.bar_width(row["row_count"], most_set_aside)} for row in quarantine],
        "reasons_drawn": REASONS_DRAWN,
        "exclusions": ops_trust.exclusions(connection),
        "freshness": [{**row, "bar": charts.freshness_bar(row)} for row in freshness],
        "now": now,
        "written_at": ops_queries.rows_of(connection, "select written_at from last_run")[0]["written_at"],
    }


def _breaks(breaks: ops_queries.Rows, last: date | None) -> dict[str, Any]:
    axis = charts.time_axis([row["starts_on"] for row in breaks], last)
    newest = sorted(breaks, key=lambda row: row["starts_on"], reverse=True)
    drawn = {row["break_id"] for row in newest[: ops_trust.BREAKS_SHOWN]}
    by_source: dict[str, ops_queries.Rows] = {}
    for row in breaks:
        if axis is not None and row["break_id"] in drawn:
            by_source.setdefault(row["source"], []).append({**row, "mark": charts.break_mark(row, axis)})
    return {
        "breaks": breaks,
        "breaks_listed": newest[: ops_trust.BREAKS_LISTED],
        "breaks_shown": ops_trust.BREAKS_SHOWN,
        "breaks_by_source": [{"name": source, "rows": rows} for source, rows in by_source.items()],
        "break_axis": axis,
        "group_names": charts.GROUP_NAMES,
        "undecided": sum(map(awaits_review, breaks)),
    }


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    environment.filters["signed"] = lambda value: _number(value, "+")
    environment.filters["percent"] = lambda value: "-" if value is None else f"{value:.1%}"
    environment.filters["words"] = lambda value: str(value).replace("_", " ")
    environment.filters["population"] = _population
    environment.filters["instant"] = _instant
    return environment


def _number(value: Any, sign: str = "") -> str:
    """With commas, and with cents only if there are any."""
    if value is None:
        return "-"
    return f"{value:{sign},.{0 if value == int(value) else 2}f}"


def _population(population: str, names: dict[str, str]) -> str:
    kind, _, value = population.partition(":")
    return population if kind != "team" else f"team {names.get(value, value)}"


def _instant(value: datetime | str | None) -> str:
    if value is None:
        return "-"
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{moment.astimezone(UTC) if moment.tzinfo else moment:%Y-%m-%d %H:%M} UTC"
