"""Whether a run would change anything, decided before Dagster, dbt and Great Expectations are imported.

A run that published leaves a mark: the inputs that it began with and the files that it left behind. Names, sizes and
times of files are compared, not contents: a file that only looks changed costs a run, and the run finds nothing new.
"""

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.file_times import CODE, files_below
from orchestration.settings import CODE_FOLDER, Settings


def inputs_of(settings: Settings) -> str:
    """A digest of what a run depends on: extracts, registers, settings, code, versions, and the ISO week.

    The tests of the models run once in an ISO week: see `build_models`.
    """
    code = [settings.dbt_project, settings.expectations, settings.sources, CODE_FOLDER]
    described = [
        files_below(settings.landing),
        *(files_below(folder, CODE) for folder in code),
        [str(settings.landing), sys.version, duckdb.__version__],
        datetime.now(UTC).isocalendar()[:2],
    ]
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()


def nothing_new(settings: Settings, inputs: str) -> bool:
    """Whether `inputs` are those of the last run that published, and nobody has written since."""
    mark = _mark(settings)
    return mark.exists() and mark.read_text(encoding="utf-8", errors="replace") == _remembered(settings, inputs)


def remember(settings: Settings, inputs: str) -> None:
    """Leave the mark of a run that began with `inputs` and published. The caller holds the writer's lock."""
    # imported here: the question above is asked before anything else
    from orchestration.publish.files import write_text_in_place

    write_text_in_place(_mark(settings), _remembered(settings, inputs))


def _mark(settings: Settings) -> Path:
    return settings.warehouse.parent / "last_run.json"


def _remembered(settings: Settings, inputs: str) -> str:
    """The inputs, and size and time of the files that every run leaves behind: the warehouse and what people open."""
    files = [
        settings.warehouse,
        *(settings.published / name for name in ("kuota.duckdb", "kuota_quality.duckdb", "manifest.json")),
        settings.reports / "data_docs" / "index.html",
    ]
    stats = [(str(path), path.stat()) for path in files if path.exists()]
    return json.dumps([inputs, [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]])
