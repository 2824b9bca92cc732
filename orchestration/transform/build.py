"""One dbt child that builds and tests the models, and how each of them ended.

It is not started through DbtCliResource. That one starts a second child for `dbt --version` and loads an adapter into
this process before every build, which takes seconds, and leaves its child writing when the step fails.
"""

import ctypes
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.errors import KuotaError
from orchestration.lineage import BUILD_TAG
from orchestration.settings import Settings
from orchestration.tables import BUILT_FROM
from orchestration.transform.dbt import dbt_command, dbt_environment, project_fingerprint
from orchestration.warehouse import connect

REPORT_EVERY = 50
PR_SET_PDEATHSIG = 1
# what dbt's console writes before a message
TIME = re.compile(r"^\d\d:\d\d:\d\d  ")
# dbt's console counts what has ended: "37 of 419 PASS unique_grain_…"
ENDED = re.compile(r"^(\d+) of (\d+) (?!START)[A-Z]")
# what cannot change while the project and the settings do not
BUILT_ONCE = ("config.materialized:view", "resource_type:seed")


@dataclass(frozen=True)
class NodeResult:
    """How a model, seed or test ended: dbt's status (success, pass, warn, fail, error, skipped), message, seconds."""

    unique_id: str
    status: str
    message: str
    seconds: float
    compiled_code: str


def build_models(
    settings: Settings, *, run_id: str, select: Sequence[str], rebuild: bool, progress: Callable[[str], None]
) -> list[NodeResult]:
    """Build and test everything, or only the nodes of `select` (fully qualified names); returns how each node ended.

    Incremental models keep the rows of earlier builds, and views and seeds stay as they are, except in a full build: a
    `rebuild`, and until everything has been built once from the project and the settings as they are now.

    Data tests tagged `build` look for errors of the models and not of the data (the grain of an intermediate table).
    They run in a full build, in the first build of an ISO week, and until all of them have passed.

    dbt's console goes to stdout. The tests of the models themselves (dbt unit tests) run in CI; a run checks the
    data. The caller holds the writer's lock, and no connection to the warehouse. Raises KuotaError if dbt itself
    fails.
    """
    _results_file(settings.dbt_target).unlink(missing_ok=True)
    fingerprint = project_fingerprint(settings)
    is_full, runs_build_tests = _plan(settings.warehouse, fingerprint, rebuild)
    left_out = [*(() if is_full else BUILT_ONCE), *(() if runs_build_tests else (f"tag:{BUILD_TAG}",))]
    # "empty": a test runs if it is named or not left out itself, whatever becomes of the models that it reads
    chosen = ["--select", *select] if select else ["--exclude", *left_out] if left_out else []
    printed: list[str] = []
    with subprocess.Popen(
        [
            *dbt_command(settings, "build"),
            *("--exclude-resource-type", "unit_test", "--indirect-selection", "empty"),
            *(("--full-refresh",) if is_full else ()),
            *chosen,
        ],
        env=dbt_environment(settings, run_id),
        cwd=settings.warehouse.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    ) as child:
        try:
            for line in child.stdout or ():
                printed.append(TIME.sub("", line.rstrip()))
                sys.stdout.write(printed[-1] + "\n")
                if (ended := ENDED.match(printed[-1])) and int(ended[1]) % REPORT_EVERY == 0:
                    progress(f"dbt has built and tested {ended[1]} of {ended[2]} models and checks")
        except BaseException:
            # a canceled run must not leave a child that goes on writing
            child.terminate()
            raise
    # 1 is a test or a model that failed
    if child.returncode not in (0, 1) or not _results_file(settings.dbt_target).exists():
        raise KuotaError("\n".join(["dbt ended before it had built everything:", *printed]))
    if runs_build_tests and child.returncode == 0 and not select:
        with connect(settings.warehouse) as connection:
            connection.execute("delete from quality.built_from")
            connection.execute(BUILT_FROM.insert_statement, [fingerprint, _now()])
    return build_results(settings.dbt_target)


def _plan(warehouse: Path, fingerprint: str, rebuild: bool) -> tuple[bool, bool]:
    """Whether this build is full, and whether it runs the build tests. A full build deletes the record of the last."""
    with connect(warehouse) as connection:
        known = connection.execute(
            "select project_fingerprint, build_tests_passed_at from quality.built_from"
        ).fetchall()
        if rebuild or [built_from for built_from, _ in known] != [fingerprint]:
            connection.execute("delete from quality.built_from")
            return True, True
    [(_, passed_at)] = known
    return False, passed_at is None or passed_at.isocalendar()[:2] != _now().isocalendar()[:2]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _die_with_parent() -> None:
    # a killed run must not leave a child that goes on writing: the lock is free for the next run
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def build_results(dbt_target: Path) -> list[NodeResult]:
    """Everything that the last build did or skipped."""
    listed = json.loads(_results_file(dbt_target).read_text(encoding="utf-8"))["results"]
    return [_node_result(entry) for entry in listed]


def _results_file(dbt_target: Path) -> Path:
    return dbt_target / "run_results.json"


def _node_result(entry: dict[str, Any]) -> NodeResult:
    return NodeResult(
        unique_id=entry["unique_id"],
        status=entry["status"],
        message=entry["message"] or "",
        seconds=entry["execution_time"],
        compiled_code=entry.get("compiled_code") or "",
    )
