"""One dbt child that builds and tests the models, and what came of each of them.

Started here and not through DbtCliResource: that one starts a second child for `dbt --version` and loads an adapter
into this process before every build, seconds both, and leaves its child writing where the step fails.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.errors import KuotaError
from orchestration.settings import Settings
from orchestration.transform.dbt import dbt_command, dbt_environment

SAY_EVERY = 50
# dbt's console counts what has ended: "12:00:01  37 of 419 PASS not_null_…"
ENDED = re.compile(r" (\d+) of (\d+) (?!START)[A-Z]+ ")


@dataclass(frozen=True)
class NodeResult:
    """How one model, seed or test ended: dbt's status (success, pass, warn, fail, error, skipped), message and time."""

    unique_id: str
    status: str
    message: str
    seconds: float
    compiled_code: str


@dataclass(frozen=True)
class BuildReport:
    """What a build did. `succeeded` is false where a model, or a test of severity error, failed or broke."""

    succeeded: bool
    results: list[NodeResult]


def build_models(
    settings: Settings, *, run_id: str, select: Sequence[str], progress: Callable[[str], None]
) -> BuildReport:
    """Build and test everything, or the nodes of `select` (fully qualified names) alone; dbt's console goes to stdout.

    The tests of the models themselves (dbt unit tests) run in CI; a run checks the data. The caller holds the writer's
    lock, and no connection to the warehouse. Raises KuotaError where dbt ends before it has built anything.
    """
    results_file = settings.dbt_target / "run_results.json"
    results_file.unlink(missing_ok=True)
    child = subprocess.Popen(
        [
            *dbt_command(settings, "build"),
            *("--exclude-resource-type", "unit_test"),
            *(("--indirect-selection", "empty", "--select", *select) if select else ()),
        ],
        env=dbt_environment(settings, run_id),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    with child:
        try:
            for line in child.stdout or ():
                sys.stdout.write(line)
                said.append(line)
                ended = ENDED.search(line)
                if ended and int(ended[1]) % SAY_EVERY == 0:
                    progress(f"dbt has built and tested {ended[1]} of {ended[2]} models and checks")
        finally:
            # a run that is cancelled must not leave a child that goes on writing
            child.terminate()
    if not results_file.exists():
        raise KuotaError(f"dbt ended before it built anything:\n{''.join(said)}".rstrip())
    listed = json.loads(results_file.read_text(encoding="utf-8"))["results"]
    return BuildReport(succeeded=child.returncode == 0, results=[_node_result(entry) for entry in listed])


def _node_result(entry: dict[str, Any]) -> NodeResult:
    return NodeResult(
        unique_id=entry["unique_id"],
        status=entry["status"],
        message=entry["message"] or "",
        seconds=entry["execution_time"],
        compiled_code=entry.get("compiled_code") or "",
    )
