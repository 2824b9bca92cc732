"""Starting dbt: its environment, its settings, and its manifest, which is parsed only if something has changed."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from orchestration.errors import KuotaError
from orchestration.settings import Settings, company_overrides, company_settings


def dbt_environment(settings: Settings, run_id: str | None = None) -> dict[str, str]:
    """The environment of a dbt child: that of this process, and what profiles.yml and the macros read."""
    ours = {
        "KUOTA_WAREHOUSE": str(settings.warehouse),
        "DBT_TARGET_PATH": str(settings.dbt_target),
        "DBT_LOG_PATH": str(settings.dbt_target),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    if run_id is not None:
        ours["DBT_ENV_CUSTOM_ENV_KUOTA_RUN_ID"] = run_id
    return dict(os.environ) | ours


def dbt_command(settings: Settings, *words: str) -> list[str]:
    """A dbt command of this Python, whether or not its environment is activated."""
    return [
        *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *words),
        *("--project-dir", str(settings.dbt_project), "--profiles-dir", str(settings.dbt_project)),
        *dbt_vars(settings),
    ]


def dbt_vars(settings: Settings) -> list[str]:
    """`--vars` for what landing/settings.yml sets; nothing if the defaults apply."""
    overrides = company_overrides(settings, company_settings(settings))
    return ["--vars", json.dumps(overrides, sort_keys=True, default=str)] if overrides else []


def ensure_manifest(settings: Settings) -> Path:
    """dbt's manifest.json for this project and these settings, parsed again only if one of them has changed."""
    manifest = settings.dbt_manifest
    mark = settings.dbt_target / "parsed_from"
    parsed_from = project_fingerprint(settings)
    if manifest.exists() and mark.exists() and mark.read_text() == parsed_from:
        return manifest
    settings.dbt_target.mkdir(mode=0o700, parents=True, exist_ok=True)
    # dbt's partial parse keeps the configuration of tests that a changed macro sets
    finished = subprocess.run(
        dbt_command(settings, "--quiet", "--no-partial-parse", "parse"),
        env=dbt_environment(settings),
        capture_output=True,
        text=True,
    )
    if finished.returncode:
        raise KuotaError(f"dbt cannot parse the project:\n{finished.stdout}{finished.stderr}".rstrip())
    mark.write_text(parsed_from)
    return manifest


def project_fingerprint(settings: Settings) -> str:
    """Names, sizes and times of the project's files, the settings and the warehouse: what every model depends on."""
    files = sorted(
        (str(path.relative_to(settings.dbt_project)), stat.st_size, stat.st_mtime_ns)
        for path in settings.dbt_project.rglob("*")
        if path.is_file() and path.suffix in {".sql", ".py", ".yml", ".csv"} and "target" not in path.parts
        for stat in [path.stat()]
    )
    described = json.dumps([files, dbt_vars(settings), str(settings.warehouse)])
    return hashlib.sha256(described.encode()).hexdigest()
