"""Starting dbt: its environment, its settings, and its manifest, which is parsed only when something has changed."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestration.errors import KuotaError
from orchestration.settings import Settings, company_overrides, company_settings
from orchestration.warehouse import connect

SAMPLE_SIZE = 5


@contextmanager
def dbt_environment(settings: Settings, run_id: str | None = None) -> Iterator[dict[str, str]]:
    """What the dbt child must find in its environment, for the length of the block."""
    wanted = {
        "KUOTA_WAREHOUSE": str(settings.warehouse),
        "DBT_TARGET_PATH": str(settings.dbt_target),
        "DBT_LOG_PATH": str(settings.dbt_target),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    if run_id is not None:
        wanted["DBT_ENV_CUSTOM_ENV_KUOTA_RUN_ID"] = run_id
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield dict(os.environ)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def dbt_vars(settings: Settings) -> list[str]:
    """`--vars` for what landing/settings.yml sets; nothing where the defaults stand."""
    overrides = company_overrides(settings, company_settings(settings))
    return ["--vars", json.dumps(overrides, sort_keys=True, default=str)] if overrides else []


def ensure_manifest(settings: Settings) -> Path:
    """dbt's manifest.json for this project and these settings, parsed anew only where one of them has changed."""
    manifest = settings.dbt_target / "manifest.json"
    mark = settings.dbt_target / "parsed_from"
    parsed_from = _project_fingerprint(settings)
    if manifest.exists() and mark.exists() and mark.read_text() == parsed_from:
        return manifest
    settings.dbt_target.mkdir(mode=0o700, parents=True, exist_ok=True)
    with dbt_environment(settings) as environment:
        finished = subprocess.run(
            [
                *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "--quiet", "parse"),
                *("--project-dir", str(settings.dbt_project), "--profiles-dir", str(settings.dbt_project)),
                *dbt_vars(settings),
            ],
            env=environment,
            capture_output=True,
            text=True,
        )
    if finished.returncode:
        raise KuotaError(f"dbt cannot parse the project:\n{finished.stdout}{finished.stderr}".rstrip())
    mark.write_text(parsed_from)
    return manifest


def _project_fingerprint(settings: Settings) -> str:
    """Names, sizes and times of the project's files, the settings and the warehouse: what a manifest depends on."""
    files = sorted(
        (str(path.relative_to(settings.dbt_project)), stat.st_size, stat.st_mtime_ns)
        for path in settings.dbt_project.rglob("*")
        if path.is_file() and path.suffix in {".sql", ".yml", ".csv"} and "target" not in path.parts
        for stat in [path.stat()]
    )
    described = json.dumps([files, dbt_vars(settings), str(settings.warehouse)])
    return hashlib.sha256(described.encode()).hexdigest()


def add_sample_keys(settings: Settings, run_id: str, results: list[dict[str, Any]]) -> None:
    """Fill `sample_keys` of this run's failed dbt tests with up to five of the rows that failed.

    `results` are the entries of dbt's run_results.json.
    """
    failed = [result for result in results if result["status"] in ("fail", "warn") and result.get("compiled_code")]
    if not failed:
        return
    with connect(settings) as connection:
        for result in failed:
            rows = connection.sql(result["compiled_code"]).limit(SAMPLE_SIZE)
            described = json.dumps([dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()], default=str)
            connection.execute(
                "update quality.check_result set sample_keys = ? where run_id = ? and check_name = ?",
                [described, run_id, result["unique_id"].split(".")[2]],
            )


def failed_checks(settings: Settings, run_id: str, severity: str) -> list[str]:
    """One line for each check of that severity ("critical" or "warning") that failed or broke in this run."""
    with connect(settings, read_only=True) as connection:
        return [
            line
            for (line,) in connection.execute(
                """
                select
                    target || ': ' || check_name
                    || case status when 'errored' then ' broke: ' || coalesce(observed, '')
                        else ' failed' || coalesce(' (' || unexpected_count || ' rows)', '') end
                    || coalesce(', for example ' || substr(sample_keys, 1, 400), '')
                    || '. ' || coalesce(fix, '')
                from quality.check_result
                where run_id = ? and severity = ? and status <> 'passed'
                order by checked_at, target, check_name
                """,
                [run_id, severity],
            ).fetchall()
        ]
