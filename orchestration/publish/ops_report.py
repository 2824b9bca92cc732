"""The ops page: one file that says what was published, what to do, what was loaded, set aside and checked."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orchestration.publish import ops_queries
from orchestration.publish.files import make_private_folder, remove_leftovers, write_text_in_place
from orchestration.publish.marts import kept_versions
from orchestration.publish.quality import QUALITY
from orchestration.publish.version import MANIFEST, read_manifest
from orchestration.settings import Settings

OUTCOMES = ("published", "unchanged", "blocked", "failed", "canceled", "finished")


def write_ops_report(settings: Settings, *, run_id: str, outcome: str, details: Sequence[str] = ()) -> Path:
    """Write reports/index.html from published/quality.duckdb and the manifests, and return its path.

    `outcome` is one of OUTCOMES: published, unchanged (the same content was there), blocked (the gate refused), failed
    (an error), canceled, or finished (a run that was not meant to publish). `details` are lines that say why.
    Call publish_quality before it. The lock is the caller's.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome is {outcome!r}; known are {', '.join(OUTCOMES)}")
    manifest = read_manifest(settings.published / MANIFEST)
    with duckdb.connect(str(settings.published / QUALITY), read_only=True) as connection:
        # the file is called as its schema is, so `quality.check_result` would be ambiguous
        connection.execute("use quality.quality")
        content = _content(connection, run_id)
    critical = [check for check in content["failing"] if check["severity"] == "critical"]
    page = _environment().get_template("ops_report.html.j2")
    html = page.render(
        **content,
        run_id=run_id,
        outcome=outcome,
        headline=headline(outcome, len(critical), manifest),
        details=list(details),
        manifest=manifest,
        critical=critical,
        warnings=[check for check in content["failing"] if check["severity"] != "critical"],
        versions=kept_versions(settings),
        has_data_docs=(settings.reports / "data_docs" / "index.html").exists(),
    )
    make_private_folder(settings.reports)
    remove_leftovers(settings.reports)
    write_text_in_place(settings.reports / "index.html", html)
    return settings.reports / "index.html"


def headline(outcome: str, failed_critical_checks: int, manifest: dict[str, Any] | None) -> str:
    """One sentence: what became of the run, and what readers see now."""
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


def _content(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, Any]:
    return {
        "failing": ops_queries.failing_checks(connection),
        "rooms": ops_queries.checks_by_room(connection),
        "loads": ops_queries.loads(connection, run_id),
        "load_warnings": ops_queries.load_warnings(connection, run_id),
        "quarantine": ops_queries.quarantine(connection),
        "freshness": ops_queries.freshness(connection),
        "written_at": ops_queries.rows_of(connection, "select written_at from last_run")[0]["written_at"],
    }


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: "-" if value is None else f"{value:,}"
    environment.filters["instant"] = _instant
    return environment


def _instant(value: datetime | str | None) -> str:
    if value is None:
        return "-"
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{moment:%Y-%m-%d %H:%M} UTC"
