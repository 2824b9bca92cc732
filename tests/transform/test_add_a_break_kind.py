"""docs/add-a-break-kind.md followed in a copy of the project: a break of a new kind is listed and affects
comparability."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import PROJECT

ADDED_LINES = {
    "dbt_project/seeds/break_kinds.csv": (
        "form_changed,Form changed,The form for records has other fields or choices,meaning,false,divides\n"
    ),
}
CHANGES = (
    "change_id,effective_on,source,object,field,team,what_changed,bridge_rule,declared_by,declared_on\n"
    "C1,2025-05-15,generic,activity,,,form_changed,,sales-operations,2025-06-01\n"
    "C2,2025-05-15,generic,activity,,,from_changed,,sales-operations,2025-06-01\n"
)

# runs in the copy: its own models, its own registries
SHOW = """
import json, sys
from pathlib import Path
import duckdb
from compiled_project import SETTINGS, compile_project
from memory_warehouse import MemoryWarehouse
from random_companies import stage_maps
from orchestration.publish import charts
from orchestration.transform.breaks import KINDS

folder = Path(sys.argv[1])
changes = folder / "landing" / "registers" / "2025-06-30" / "collection_changes.csv"
changes.parent.mkdir(parents=True)
changes.write_text(sys.argv[2])
project = compile_project(folder, SETTINGS)
with duckdb.connect(str(project.bare_warehouse), read_only=True) as raw:
    kept = raw.execute("select change_id, what_changed from raw.registers__collection_change").fetchall()
    set_aside = raw.execute("select message from raw.quarantine").fetchall()

company = {
    "stg_generic__teams": [{"team_key": "north", "team_name": "North"}],
    "stg_generic__reps": [{"rep_key": "r1", "rep_name": "r1", "team_reference": "north"}],
    "stg_generic__opportunities": [
        {"opportunity_key": "d1", "owner_reference": "r1", "source_stage": "New", "is_deleted": False,
         "created_at": "2025-04-01 05:00:00", "created_on": "2025-04-01"}
    ],
    "stg_generic__activities": [
        {"activity_key": f"a{month}{day}", "rep_reference": "r1", "activity_type": "call",
         "occurred_at": f"2025-0{month}-0{day} 05:00:00", "occurred_on": f"2025-0{month}-0{day}"}
        for month in (4, 5, 6) for day in (2, 3)
    ],
    "stg_registers__collection_changes": [
        {"change_key": "C1", "effective_on": "2025-05-15", "source": "generic", "object": "activity", "field": "rows",
         "what_changed": "form_changed", "declared_by": "sales-operations"}
    ],
    "stg_registers__stage_maps": stage_maps(),
}
warehouse = MemoryWarehouse(project)
warehouse.build(company, "collection_break", "mart_quota_attainment")
print(json.dumps({
    "kept": kept,
    "set_aside": set_aside,
    "breaks": warehouse.rows("select break_id, kind, origin, starts_on, is_gap from quality.collection_break"),
    "calls": warehouse.rows(
        "select period_start, actual_amount, collection_status, comparability, comparability_reasons"
        " from marts.mart_quota_attainment where period_type = 'month' and metric = 'calls'"
        " and assignee_id = 'generic:r1' and period_start between '2025-04-01' and '2025-06-01' order by period_start"
    ),
    "group": charts.group_of_kind("form_changed"),
    "detector": "form_changed" in KINDS,
}, default=str))
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the copy shows of the new kind."""
    copy = tmp_path_factory.mktemp("project")
    for folder in ("orchestration", "dbt_project", "sources", "expectations", "tests"):
        shutil.copytree(PROJECT / folder, copy / folder, ignore=shutil.ignore_patterns("target", "logs", "__pycache__"))
    for name, lines in ADDED_LINES.items():
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write(lines)
    return _python_in(copy, SHOW, str(tmp_path_factory.mktemp("home")), CHANGES)


def test_at_most_three_files_are_edited() -> None:
    assert len(ADDED_LINES) <= 3


def test_the_register_accepts_the_kind_and_no_other(shown: dict[str, Any]) -> None:
    assert shown["kept"] == [["C1", "form_changed"]]
    [(message,)] = shown["set_aside"]
    place = "registers/2025-06-30/collection_changes.csv, line 3, column 'what_changed': 'from_changed'"
    assert message.startswith(place)
    assert "write one of tracking_started, " in message
    assert "form_changed" in message.partition("write one of")[2]


def test_the_break_is_listed(shown: dict[str, Any]) -> None:
    assert shown["breaks"] == [["C1", "form_changed", "declared", "2025-05-15", False]]


def test_periods_are_compared_by_it(shown: dict[str, Any]) -> None:
    assert [row[2:] for row in shown["calls"]] == [
        ["whole", "unknown", None],
        ["mixed", "not_comparable", "C1"],
        ["whole", "not_comparable", "C1"],
    ]


def test_the_ops_page_and_the_detector_know_it(shown: dict[str, Any]) -> None:
    assert (shown["group"], shown["detector"]) == ("meaning", True)


def test_the_guide_walks_through_these_edits() -> None:
    guide = (PROJECT / "docs" / "add-a-break-kind.md").read_text(encoding="utf-8")
    assert [text for edit in ADDED_LINES.items() for text in edit if text not in guide] == []


def _python_in(project: Path, script: str, *words: str) -> dict[str, Any]:
    paths = [project, project / "tests" / "transform", project / "tests" / "shared"]
    finished = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))},
        cwd=project,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
    found: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return found
