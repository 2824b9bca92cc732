"""Running Kuota or the floor in a child process, and what it took: CPU, wall, memory, rows, seconds per room."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from orchestration.settings import PROJECT

FLOOR = "floor"
FLOOR_SQL = Path(__file__).parent / "floor.sql"
PARTS = ("orchestration", "sources", "dbt_project", "expectations", "deploy")
# the first progress message of a room, in their order
ROOMS = {
    "start": r"",
    "ingest": r"\w+ \w+: [\d,]+ rows read",
    "checks of raw": r"raw\.",
    "models": r"dbt starts",
    "checks of marts": r"marts\.",
    "reports": r"reports:",
}
_RUN = "import sys; from orchestration.cli import main; sys.argv = ['kuota', 'run']; main()"
_FLOOR = (
    "import sys, duckdb; c = duckdb.connect(sys.argv[1]); c.execute('set variable generic = ?', [sys.argv[2]]); "
    "c.execute('set variable registers = ?', [sys.argv[3]]); c.execute(open(sys.argv[4]).read()); "
    'tables = [t for t, in c.execute("select table_name from duckdb_tables() where not temporary").fetchall()]; '
    "print('published', sum(c.table(t).count('*').fetchone()[0] for t in tables), 'rows')"
)


@dataclass(frozen=True)
class RunCost:
    """What one run took. `rooms` has wall seconds by room; `rows` are those published, 0 without a publish."""

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int
    rows: int
    rooms: Mapping[str, float] = field(default_factory=dict)


def run_kuota(project: Path, home: Path, landing: Path) -> RunCost:
    """Run `kuota run` of `project`; raises RuntimeError with its output if it fails."""
    names = {"KUOTA_HOME": str(home), "KUOTA_LANDING": str(landing), "PYTHONPATH": str(project)}
    return _measured([sys.executable, "-c", _RUN], names, project)


def run_floor(landing: Path, day: date) -> RunCost:
    """Run the floor on the extracts and registers of `day`."""
    database = landing.parent / "floor.duckdb"
    folders = [str(landing / source / day.isoformat()) for source in ("generic", "registers")]
    cost = _measured([sys.executable, "-c", _FLOOR, str(database), *folders, str(FLOOR_SQL)], {}, PROJECT)
    database.unlink()
    return cost


def _measured(command: Sequence[str], names: Mapping[str, str], folder: Path) -> RunCost:
    started = time.monotonic()
    child = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **names}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert child.stdout is not None
    output = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}:\n{output}")
    published = re.search(r"published .*?([\d,]+) rows", output)
    return RunCost(
        cpu_seconds=used.ru_utime + used.ru_stime,
        wall_seconds=time.monotonic() - started,
        # of the largest process, in kilobytes
        peak_bytes=used.ru_maxrss * 1024,
        rows=int(published[1].replace(",", "")) if published else 0,
        rooms=seconds_of_rooms(output.splitlines()),
    )


def seconds_of_rooms(lines: Sequence[str]) -> dict[str, float]:
    """Wall seconds by room, from the progress messages of a run; a room lasts until the next one begins."""
    messages = [found for line in lines if (found := re.match(r" *([\d.]+) s  (.*)", line))]
    begins: dict[str, float] = {}
    names = list(ROOMS)
    for message in messages:
        for name in names[len(begins) :]:
            if re.match(ROOMS[name], message[2]):
                begins |= {skipped: float(message[1]) for skipped in names[len(begins) : names.index(name)]}
                begins[name] = 0.0 if name == names[0] else float(message[1])
                break
    ends = [*list(begins.values())[1:], *(float(message[1]) for message in messages[-1:])]
    return {name: end - begin for (name, begin), end in zip(begins.items(), ends, strict=False)}


def copy_of_project(folder: Path, deltas: Sequence[str]) -> Path:
    """A copy of the project whose plain source delivers only changes of the objects `deltas`."""
    for part in PARTS:
        shutil.copytree(PROJECT / part, folder / part)
    shutil.copy(PROJECT / "pyproject.toml", folder)
    source = folder / "sources" / "generic.yml"
    text = source.read_text(encoding="utf-8")
    for name in deltas:
        text, count = re.subn(rf"(\n  {name}:\n(?:    .*\n)*?    extract: )full", r"\1delta", text)
        if not count:
            raise RuntimeError(f"{source}: '{name}' has no line 'extract: full'.")
    source.write_text(text, encoding="utf-8")
    return folder


def slowest_nodes(home: Path, count: int) -> list[str]:
    """The models and tests that took longest in the last build, one line each, in seconds."""
    results = json.loads((home / "warehouse" / "dbt" / "run_results.json").read_text(encoding="utf-8"))["results"]
    slowest = sorted(results, key=lambda result: result["execution_time"], reverse=True)[:count]
    return [f"{result['execution_time']:9.1f}  {result['unique_id'].split('.')[2]}" for result in slowest]
