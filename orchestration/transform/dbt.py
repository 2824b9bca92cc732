"""Starting dbt: its environment, its settings, and its manifest, which is parsed only if something has changed."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from orchestration.errors import KuotaError
from orchestration.faults import explained
from orchestration.file_times import CODE, files_below
from orchestration.settings import Settings, company_overrides, default_settings

READ_BY_NO_MODEL = {"sources_ended", "accepted_extracts", "held_back_share", "held_back_rows"}


def dbt_environment(settings: Settings, run_id: str | None = None) -> dict[str, str]:
    """The environment of a dbt child: that of this process, and what profiles.yml and the macros read.

    The child works in the warehouse's folder: dbt parses the project again where an environment variable of its profile
    changes, so the warehouse is named without its folder, and a home can be moved.
    """
    ours = {
        "KUOTA_WAREHOUSE": settings.warehouse.name,
        "DBT_TARGET_PATH": str(settings.dbt_target),
        "DBT_LOG_PATH": str(settings.dbt_target),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    if run_id is not None:
        ours["DBT_ENV_CUSTOM_ENV_KUOTA_RUN_ID"] = run_id
    return dict(os.environ) | ours


def dbt_command(settings: Settings, *words: str) -> list[str]:
    """A dbt command of this Python, whether or not its environment is activated.

    It writes no log file of its own, which takes a seventh of its time: what it prints is in the log of the run.
    """
    return [
        *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "--log-level-file", "none", *words),
        *("--project-dir", str(settings.dbt_project), "--profiles-dir", str(settings.dbt_project)),
        *dbt_vars(settings),
    ]


def dbt_vars(settings: Settings) -> list[str]:
    """`--vars` for what landing/settings.yml sets; nothing if the defaults apply."""
    defaults = default_settings(settings)
    own = own_vars(company_overrides(settings, defaults), defaults)
    return ["--vars", json.dumps(own, sort_keys=True, default=str)] if own else []


def own_vars(overrides: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The overrides that differ from the defaults and that a model reads: other variables make dbt parse again."""
    return {
        name: value for name, value in overrides.items() if value != defaults.get(name) and name not in READ_BY_NO_MODEL
    }


def ensure_manifest(settings: Settings) -> Path:
    """dbt's manifest.json for this project and these settings, parsed again only if one of them has changed."""
    manifest = settings.dbt_manifest
    mark = settings.dbt_target / "parsed_from"
    parsed_from = project_fingerprint(settings)
    if _is_json(manifest) and mark.exists() and mark.read_text(errors="replace") == parsed_from:
        return manifest
    settings.dbt_target.mkdir(mode=0o700, parents=True, exist_ok=True)
    # dbt's partial parse keeps the configuration of tests that a changed macro sets
    finished = subprocess.run(
        dbt_command(settings, "--quiet", "--no-partial-parse", "parse"),
        env=dbt_environment(settings),
        cwd=settings.warehouse.parent,
        capture_output=True,
        text=True,
    )
    if finished.returncode:
        said = f"{finished.stdout}{finished.stderr}".rstrip()
        raise KuotaError(explained(said, "dbt cannot parse the project") or f"dbt cannot parse the project:\n{said}")
    mark.write_text(parsed_from)
    return manifest


def _is_json(path: Path) -> bool:
    """Whether the file is whole: dbt writes it in place, so a run that dies can leave a part of it."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return False
    return _was_json(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=2)
def _was_json(path: Path, size: int, modified_ns: int) -> bool:
    try:
        return "nodes" in json.loads(path.read_bytes())
    except ValueError:
        return False


def project_fingerprint(settings: Settings) -> str:
    """Names, sizes and times of the project's files, the sources and the settings: what every model depends on."""
    files = [files_below(folder, CODE) for folder in (settings.dbt_project, settings.sources)]
    described = json.dumps([*files, dbt_vars(settings), settings.warehouse.name])
    return hashlib.sha256(described.encode()).hexdigest()
