import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.errors import KuotaError
from orchestration.settings import PROJECT, Settings
from orchestration.transform import ensure_manifest
from orchestration.transform.build import build_models
from orchestration.warehouse import connect
from tests.orchestration.small_landing import land

PROJECT_FILE = """
name: kuota
version: "1.0.0"
profile: kuota
model-paths: [models]
vars:
  reporting_time_zone: UTC
  business_day_starts_at: "09:00"
  business_day_ends_at: "17:00"
"""


@dataclass(frozen=True)
class OwnProject(Settings):
    project_folder: Path = Path()

    @property
    def dbt_project(self) -> Path:
        return self.project_folder


@pytest.fixture
def settings(tmp_path: Path) -> OwnProject:
    """A dbt project of one model."""
    project = tmp_path / "dbt_project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text(PROJECT_FILE)
    (project / "models" / "one.sql").write_text("select 1 as one")
    shutil.copyfile(PROJECT / "dbt_project" / "profiles.yml", project / "profiles.yml")
    home = tmp_path / "home"
    return OwnProject(home, tmp_path / "landing", home / "warehouse" / "kuota.duckdb", project_folder=project)


def parses(settings: Settings) -> int:
    """When dbt last parsed, in nanoseconds."""
    return ensure_manifest(settings).stat().st_mtime_ns


def test_the_project_is_parsed_once_and_again_after_a_change_of_it_or_of_the_settings(settings: OwnProject) -> None:
    first = parses(settings)
    assert parses(settings) == first
    model = settings.dbt_project / "models" / "one.sql"
    os.utime(model, ns=(1, 1))
    second = parses(settings)
    assert second > first
    land(settings, {"settings.yml": "reporting_time_zone: Asia/Jakarta\n"})
    assert parses(settings) > second


def test_a_project_that_cannot_be_parsed_says_why_and_is_parsed_again_next_time(settings: OwnProject) -> None:
    model = settings.dbt_project / "models" / "one.sql"
    model.write_text("select * from {{ ref('gone') }}")
    for _ in range(2):
        with pytest.raises(KuotaError, match=r"dbt cannot parse the project:[\s\S]*'gone'"):
            ensure_manifest(settings)


@dataclass(frozen=True)
class Built:
    """The rows of the one model, which adds one to those that it has already, and how each data test ended."""

    rows: int
    tests: dict[str, str]


def build(settings: Settings, *, select: Sequence[str] = (), rebuild: bool = False) -> Built:
    ended = build_models(settings, run_id="test", select=select, rebuild=rebuild, progress=print)
    with connect(settings.warehouse, read_only=True) as connection:
        [rows] = connection.execute("select count(*) from main.one").fetchone() or [0]
    return Built(rows, {it.unique_id.split(".")[2]: it.status for it in ended if it.unique_id.startswith("test.")})


def test_what_was_counted_before_is_kept_and_build_tests_run_once_a_week_until_they_pass(settings: OwnProject) -> None:
    """One story, because each build starts dbt: full builds, builds of what changed, a new week, and another model."""
    model, tests = settings.dbt_project / "models" / "one.sql", settings.dbt_project / "tests"
    model.write_text("{{ config(materialized='incremental') }} select 1 as one")
    tests.mkdir()
    (tests / "every_run.sql").write_text("select * from {{ ref('one') }} where one is null")
    # what is wrong is in the data of the test, so that the project stays the same
    (tests / "structural.sql").write_text(
        "{{ config(tags=['build']) }} select * from {{ ref('one') }} join quality.wrong on true"
    )
    with connect(settings.warehouse) as connection:
        connection.execute("create table quality.wrong (row_number integer)")
    whole = {"every_run": "pass", "structural": "pass"}
    assert build(settings) == Built(1, whole)
    assert build(settings) == Built(2, {"every_run": "pass"})
    assert build(settings, rebuild=True) == Built(1, whole)
    with connect(settings.warehouse) as connection:
        connection.execute(
            "update quality.built_from set build_tests_passed_at = build_tests_passed_at - interval 7 days"
        )
        connection.execute("insert into quality.wrong values (1)")
    for rows in (2, 3):
        assert build(settings) == Built(rows, {"every_run": "pass", "structural": "fail"})
    with connect(settings.warehouse) as connection:
        connection.execute("delete from quality.wrong")
    assert build(settings) == Built(4, whole)
    assert build(settings) == Built(5, {"every_run": "pass"})
    model.write_text("{{ config(materialized='incremental') }} select 1 as one, 2 as two")
    # other models may still be the old ones
    assert build(settings, select=["one"]).rows == 1
    assert build(settings).rows == 1
