"""Whether a run would change anything, decided before Dagster, dbt and Great Expectations are imported.

A run that published leaves a mark: the inputs that it began with and the files that it left behind. Names, sizes and
times of files are compared, not contents: a file that only looks changed costs a run, and the run finds nothing new.
"""

import hashlib
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.settings import PROJECT, Settings

CODE = {".py", ".sql", ".yml", ".csv", ".j2", ".css", ".js"}


def inputs_of(settings: Settings) -> str:
    """A digest of what a run depends on: extracts, registers, settings, code, versions, and the ISO week.

    The tests of the models run once in an ISO week: see `build_models`.
    """
    code = [settings.dbt_project, settings.expectations, settings.sources, PROJECT / "orchestration"]
    described = [
        _described(settings.landing.rglob("*")),
        *(_described(path for path in folder.rglob("*") if path.suffix in CODE) for folder in code),
        [str(settings.landing), sys.version, duckdb.__version__],
        datetime.now(UTC).isocalendar()[:2],
    ]
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()


def nothing_new(settings: Settings) -> bool:
    """Whether the inputs are those of the last run that published, and nobody has written since."""
    mark = _mark(settings)
    if not mark.exists():
        return False
    remembered: list[str] = json.loads(mark.read_text(encoding="utf-8"))
    return remembered == [inputs_of(settings), _left_behind(settings)]


def remember(settings: Settings, inputs: str) -> None:
    """Leave the mark of a run that began with `inputs` and published. The caller holds the writer's lock."""
    mark = _mark(settings)
    mark.touch(mode=0o600)
    mark.write_text(json.dumps([inputs, _left_behind(settings)]), encoding="utf-8")


def _mark(settings: Settings) -> Path:
    return settings.warehouse.parent / "last_run.json"


def _left_behind(settings: Settings) -> str:
    """A digest of the files that every run writes or reads: the warehouse, and what readers open."""
    names = ("marts.duckdb", "quality.duckdb", "manifest.json")
    paths = [settings.warehouse, *(settings.published / name for name in names)]
    data_docs = settings.reports / "data_docs" / "index.html"
    return hashlib.sha256(json.dumps([_described(paths), data_docs.exists()]).encode()).hexdigest()


def _described(paths: Iterable[Path]) -> list[tuple[str, int, int]]:
    """Path, size and time of each file that exists, in order."""
    files = [(str(path), path.stat()) for path in paths if path.is_file()]
    return sorted((path, stat.st_size, stat.st_mtime_ns) for path, stat in files)
