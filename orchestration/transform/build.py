"""One dbt child that builds and tests the models, and what came of each of them.

Started here and not through DbtCliResource: that one starts a second child for `dbt --version` and loads an adapter
into this process before every build, seconds both, and leaves its child writing where the step fails.
"""

import ctypes
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.errors import KuotaError
from orchestration.lineage import BUILD_TAG
from orchestration.settings import Settings
from orchestration.transform.dbt import dbt_command, dbt_environment, project_fingerprint
from orchestration.warehouse import connect

SAY_EVERY = 50
PR_SET_PDEATHSIG = 1
# dbt's console counts what has ended: "37 of 419 PASS unique_grain_…"
ENDED = re.compile(r"^(\d+) of (\d+) (?!START)[A-Z]")


@dataclass(frozen=True)
class NodeResult:
    """How one model, seed or test ended: dbt's status (success, pass, warn, fail, error, skipped), message and time."""

    unique_id: str
    status: str
    message: str
    seconds: float
    compiled_code: str


def build_models(
    settings: Settings, *, run_id: str, select: Sequence[str], rebuild: bool, progress: Callable[[str], None]
) -> Iterator[tuple[str, str, float]]:
    """Build and test everything, or the nodes of `select` (fully qualified names) alone.

    Incremental models keep what they have of an earlier build, except in a full build: a `rebuild`, and until
    everything has once been built from the project and the settings as they are now.

    Data tests tagged `build` look for errors of the models and not of the data (the grain of an intermediate table).
    They run in a full build, in the first build of an ISO week, and until all of them have passed.

    Yields the unique id, dbt's status and the seconds of each node when it ends; afterwards `build_results` has them
    all. dbt's console goes to stdout. The tests of the models themselves (dbt unit tests) run in CI; a run checks the
    data. The caller holds the writer's lock, and no connection to the warehouse. Raises KuotaError where dbt itself
    breaks.
    """
    _results_file(settings).unlink(missing_ok=True)
    fingerprint = project_fingerprint(settings)
    is_full, runs_build_tests = _plan(settings, fingerprint, rebuild)
    said: list[str] = []
    with subprocess.Popen(
        [
            *dbt_command(settings, "--log-format", "json", "build"),
            *("--exclude-resource-type", "unit_test"),
            *(("--full-refresh",) if is_full else ()),
            *(("--indirect-selection", "empty", "--select", *select) if select else ()),
            *(() if select or runs_build_tests else ("--exclude", f"tag:{BUILD_TAG}")),
        ],
        env=dbt_environment(settings, run_id),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    ) as child:
        try:
            for line in child.stdout or ():
                event = json.loads(line) if line.startswith("{") else {"info": {"name": "", "msg": line.rstrip()}}
                said.append(event["info"]["msg"])
                sys.stdout.write(said[-1] + "\n")
                if (ended := ENDED.match(said[-1])) and int(ended[1]) % SAY_EVERY == 0:
                    progress(f"dbt has built and tested {ended[1]} of {ended[2]} models and checks")
                if re.fullmatch("Log(Model|Seed|Test)Result", event["info"]["name"]):
                    node = event["data"]["node_info"]
                    yield node["unique_id"], node["node_status"], event["data"]["execution_time"]
        except BaseException:
            # a run that is cancelled must not leave a child that goes on writing
            child.terminate()
            raise
    # 1 is a test or a model that failed
    if child.returncode not in (0, 1) or not _results_file(settings).exists():
        raise KuotaError("\n".join(["dbt ended before it had built everything:", *said]))
    if runs_build_tests and child.returncode == 0 and not select:
        with connect(settings) as connection:
            connection.execute("delete from quality.built_from")
            connection.execute("insert into quality.built_from values (?, ?)", [fingerprint, _now()])


def _plan(settings: Settings, fingerprint: str, rebuild: bool) -> tuple[bool, bool]:
    """Whether this build is full, and whether it runs the build tests. A full build forgets the one before."""
    with connect(settings) as connection:
        known = connection.execute("select * from quality.built_from").fetchall()
        if rebuild or [built_from for built_from, _ in known] != [fingerprint]:
            connection.execute("delete from quality.built_from")
            return True, True
    [(_, passed_at)] = known
    return False, passed_at is None or passed_at.isocalendar()[:2] != _now().isocalendar()[:2]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _die_with_parent() -> None:
    # a run that is killed must not leave a child that goes on writing: its lock is free for the next one
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def build_results(settings: Settings) -> list[NodeResult]:
    """Everything that the last build did or skipped."""
    listed = json.loads(_results_file(settings).read_text(encoding="utf-8"))["results"]
    return [_node_result(entry) for entry in listed]


def _results_file(settings: Settings) -> Path:
    return settings.dbt_target / "run_results.json"


def _node_result(entry: dict[str, Any]) -> NodeResult:
    return NodeResult(
        unique_id=entry["unique_id"],
        status=entry["status"],
        message=entry["message"] or "",
        seconds=entry["execution_time"],
        compiled_code=entry.get("compiled_code") or "",
    )
