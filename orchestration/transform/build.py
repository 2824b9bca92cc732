"""One dbt child that builds and tests the models, and how each of them ended.

It is not started through DbtCliResource. That one starts a second child for `dbt --version` and loads an adapter into
this process before every build, which takes seconds, and leaves its child writing when the step fails.
"""

import ctypes
import hashlib
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

import duckdb

from orchestration.errors import KuotaError
from orchestration.faults import STAYS, explained
from orchestration.file_times import CODE, files_below
from orchestration.lineage import data_tests, tables_built_from, tables_to_name
from orchestration.settings import CODE_FOLDER, Settings
from orchestration.table_state import checks_that_hold, describe_raw, tables_to_build
from orchestration.tables import BUILT_FROM
from orchestration.transform.dbt import dbt_command, dbt_environment, ensure_manifest, project_fingerprint
from orchestration.warehouse import connect

REPORT_EVERY = 50
PR_SET_PDEATHSIG = 1
# what dbt's console writes before a message
TIME = re.compile(r"^\d\d:\d\d:\d\d  ")
# dbt's console counts what has ended: "37 of 419 PASS one_row_per_…"
ENDED = re.compile(r"^(\d+) of (\d+) (?!START)[A-Z]")
UNCHANGED = "UNCHANGED"
"""dbt's message for a table that it was asked for and left as it was: nothing that it is built from has changed."""


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
    """Build and test what has changed, or only the nodes of `select` (fully qualified names); returns how each ended.

    A table is built if something that it is built from may have changed; its tests run then, and until they pass.
    Incremental models keep the rows of groups that are the same, and views and seeds stay as they are. A full build
    builds everything: a `rebuild`, and until all has been built once from the code and the settings as they are now.

    Data tests tagged `build` look for errors of the models and not of the data (the grain of an intermediate table).
    They run in a full build, in the first build of an ISO week, and until all of them have passed.

    dbt's console goes to stdout. The tests of the models themselves (dbt unit tests) run in CI; a run checks the
    data. The caller holds the writer's lock, and no connection to the warehouse. Raises KuotaError if dbt itself
    fails.
    """
    _results_file(settings.dbt_target).unlink(missing_ok=True)
    fingerprint = build_fingerprint(settings)
    is_full, runs_build_tests = _plan(settings.warehouse, fingerprint, rebuild)
    names = select or ([] if is_full else _changed(settings, run_id, runs_build_tests))
    if not names and not is_full:
        return []
    # "empty": a test runs if it is named or not left out itself, whatever becomes of the models that it reads
    chosen = ["--select", *names] if names else []
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
        raise KuotaError(_why_dbt_ended(child.returncode, printed))
    if runs_build_tests and child.returncode == 0 and not select:
        with connect(settings.warehouse) as connection:
            connection.execute("delete from quality.built_from")
            connection.execute(BUILT_FROM.insert_statement, [fingerprint, _now()])
    return build_results(settings.dbt_target)


def _why_dbt_ended(returncode: int, printed: Sequence[str]) -> str:
    if returncode == -signal.SIGKILL:
        # not by us: a run that is canceled does not come here
        return (
            "dbt was killed, probably by the system because memory ran out. Give the machine or its container more "
            f"memory, or lower KUOTA_MEMORY_LIMIT (2GB unless it is set); then run again. {STAYS}"
        )
    said = explained("\n".join(printed), "dbt")
    return said or "\n".join(["dbt ended before it had built everything:", *printed])


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


def _changed(settings: Settings, run_id: str, runs_build_tests: bool) -> list[str]:
    """The tables to build again, and the tests that read one of them, did not pass, or are due."""
    manifest = ensure_manifest(settings)
    names = tables_to_name(manifest)
    # what is not among these is a view or a seed, which only a full build changes
    parents = {table: read for table, read in tables_built_from(manifest).items() if table in names}
    tests = data_tests(manifest)
    with connect(settings.warehouse) as connection:
        # also where the run that loaded new rows died before it could say so
        describe_raw(connection, run_id)
        changed = tables_to_build(connection, parents)
        reads = [(it.target, it.check_name, table) for it in tests for table in it.depends_on]
        hold = checks_that_hold(connection, "transform", reads)
    return [f"fqn:{names[table]}" for table in sorted(changed)] + [
        f"fqn:{it.fqn}"
        for it in tests
        if (
            runs_build_tests
            if it.is_build_test
            else (it.target, it.check_name) not in hold or changed & set(it.depends_on)
        )
    ]


def build_fingerprint(settings: Settings) -> str:
    """What every table and every check result depends on, apart from the data: code, versions and settings."""
    files = [files_below(folder, CODE) for folder in (settings.expectations, CODE_FOLDER)]
    described = json.dumps([project_fingerprint(settings), *files, sys.version, duckdb.__version__])
    return hashlib.sha256(described.encode()).hexdigest()


def is_built_from_this(settings: Settings) -> bool:
    """Whether everything was last built, and checked, with code and settings as they are now."""
    with connect(settings.warehouse) as connection:
        known = connection.execute("select project_fingerprint from quality.built_from").fetchall()
    return known == [(build_fingerprint(settings),)]


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
