"""docs/add-a-metric.md followed in a copy of the project: a metric of a new activity type, with a quota, is shown."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import PROJECT

SEEDS = "dbt_project/seeds"
ADDED_LINES = {
    f"{SEEDS}/metrics.csv": (
        "demos,Demos,activities,false,activity,occurred_on,false,true,demos,first_record,false,true,own_records,true,"
        "Demos by the date they occurred\n"
    ),
    f"{SEEDS}/activity_types.csv": "demo,demos,Demo,A demonstration of a product\n",
    f"{SEEDS}/metric_fields.csv": "".join(
        f"demos,activity,{field},demo\n" for field in ("rows", "activity_type", "occurred_at", "logged_at")
    ),
}
CONTRACT = "dbt_project/models/marts/activity/mart_activity_daily.yml"
COLUMN = (
    '      - {name: demo_count, data_type: bigint, description: "Demos that occurred; 0 where there were none, '
    'null where they were not recorded."}\n'
)
QUOTAS = (
    "assignee_type,assignee,metric,period_type,period_start,target,currency,effective_from,note\n"
    "rep,r1,demos,month,2025-05-01,4,,,\n"
)

# runs in the copy: its own models, its own registries
SHOW = """
import json, sys
from pathlib import Path
import duckdb
from compiled_project import SETTINGS, compile_project
from memory_warehouse import MemoryWarehouse
from random_companies import stage_maps
from orchestration.explain import explain_attainment, find_period, find_segment

folder = Path(sys.argv[1])
quotas = folder / "landing" / "registers" / "2025-06-30" / "quotas.csv"
quotas.parent.mkdir(parents=True)
quotas.write_text(sys.argv[2])
project = compile_project(folder, SETTINGS)
with duckdb.connect(str(project.bare_warehouse), read_only=True) as raw:
    kept = raw.execute("select metric, target from raw.registers__quota").fetchall()

company = {
    "stg_generic__teams": [{"team_key": "north", "team_name": "North"}],
    "stg_generic__reps": [{"rep_key": key, "rep_name": key, "team_reference": "north"} for key in ("r1", "r2")],
    "stg_generic__opportunities": [
        {"opportunity_key": "d1", "owner_reference": "r1", "source_stage": "New", "is_deleted": False,
         "created_at": "2025-04-01 05:00:00", "created_on": "2025-04-01"}
    ],
    "stg_generic__activities": [
        {"activity_key": f"a{day}", "rep_reference": "r1", "activity_type": "demo",
         "occurred_at": f"2025-05-0{day} 05:00:00", "occurred_on": f"2025-05-0{day}"}
        for day in (5, 6, 7)
    ],
    "stg_registers__quotas": [
        {"assignee_type": "rep", "assignee_reference": "r1", "metric": "demos", "period_type": "month",
         "period_start": "2025-05-01", "target_amount": 4}
    ],
    "stg_registers__stage_maps": stage_maps(),
}
warehouse = MemoryWarehouse(project)
warehouse.build(
    company, "mart_quota_attainment", "mart_rep_comparison", "mart_activity_daily", "mart_exclusion", "dim_dates",
    "dim_reps", "dim_teams", "dim_team_ancestors", "fct_opportunities", "fct_activities", "fct_leads", "fct_credits",
    "fct_metric_credits", "fct_quota_contributions", "fct_segment_subjects",
)
may = "period_type = 'month' and period_start = date '2025-05-01' and metric = 'demos'"
warehouse.connection.execute("use kuota.marts")
segment, period = find_segment(warehouse.connection, "r1"), find_period(warehouse.connection, "2025-05")
explained = explain_attainment(warehouse.connection, segment, period, "demos")
how_collected = "collection_status, comparability, comparability_year_ago, observation_status"
print(json.dumps({
    "kept": kept,
    "attainment": warehouse.rows(
        f"select quota_amount, actual_amount, attainment_ratio, {how_collected} from mart_quota_attainment"
        f" where {may} and assignee_id = 'generic:r1'"
    ),
    "comparison": warehouse.rows(
        f"select rep_id, value, not_ranked_reason, {how_collected} from mart_rep_comparison where {may} order by rep_id"
    ),
    "daily": warehouse.rows(
        "select activity_date, demo_count, other_count from mart_activity_daily"
        " where rep_id = 'generic:r1' and activity_count > 0 order by activity_date"
    ),
    "credited": [row[1] for row in explained.listings[1].rows],
    "differences": explained.differences,
}, default=str))
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the copy shows of the new metric."""
    copy = tmp_path_factory.mktemp("project")
    for folder in ("orchestration", "dbt_project", "sources", "expectations", "tests"):
        shutil.copytree(PROJECT / folder, copy / folder, ignore=shutil.ignore_patterns("target", "logs", "__pycache__"))
    for name, lines in ADDED_LINES.items():
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write(lines)
    contract = (copy / CONTRACT).read_text(encoding="utf-8")
    place = "      - {name: other_count, "
    assert contract.count(place) == 1
    (copy / CONTRACT).write_text(contract.replace(place, COLUMN + place), encoding="utf-8")
    return _python_in(copy, SHOW, str(tmp_path_factory.mktemp("home")), QUOTAS)


def test_at_most_four_files_are_edited() -> None:
    assert len({*ADDED_LINES, CONTRACT}) <= 4


def test_the_register_of_quotas_accepts_the_metric(shown: dict[str, Any]) -> None:
    assert shown["kept"] == [["demos", "4"]]


def test_attainment_and_its_comparability_know_the_metric(shown: dict[str, Any]) -> None:
    [(quota, actual, ratio, *collected)] = shown["attainment"]
    assert (quota, actual, ratio) == ("4.00", "3.00", 0.75)
    # the first demos are of May, so that there is nothing to compare it with
    assert collected == ["whole", "unknown", "unknown", "A"]


def test_reps_are_compared_by_the_metric(shown: dict[str, Any]) -> None:
    values = {rep: (value, reason) for rep, value, reason, *_ in shown["comparison"]}
    assert values == {"generic:r1": (3.0, None), "generic:r2": (0.0, None)}
    assert all(None not in collected for _, _, _, *collected in shown["comparison"])


def test_daily_activity_counts_it_in_a_column_of_its_own(shown: dict[str, Any]) -> None:
    assert shown["daily"] == [[f"2025-05-0{day}", 1, 0] for day in (5, 6, 7)]


def test_kuota_explain_opens_it(shown: dict[str, Any]) -> None:
    assert shown["credited"] == ["generic:a5", "generic:a6", "generic:a7"]
    assert shown["differences"] == []


def test_the_guide_walks_through_these_edits() -> None:
    guide = (PROJECT / "docs" / "add-a-metric.md").read_text(encoding="utf-8")
    assert [name for name in (*ADDED_LINES, CONTRACT) if name not in guide] == []
    assert [text for text in (*ADDED_LINES.values(), COLUMN) if text not in guide] == []


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
