"""The made-up CRM by the command line, in a project of its own: refused, published, within the house rules."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from example_project import ExampleSettings, lay_out, with_every_stage, without_a_stage

pytestmark = pytest.mark.slow
COMMAND = "from orchestration.cli import main; main()"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleSettings:
    further = (
        "orchestration",
        "deploy",
        "pyproject.toml",
        "bench",
        "tests/shared",
        "tests/transform/test_house_rules.py",
    )
    return lay_out(tmp_path_factory.mktemp("example"), *further)


def child(
    example: ExampleSettings, *words: str, folder: Path | None = None, **further: str
) -> subprocess.CompletedProcess[str]:
    """A child of this Python that finds the copy of the project before the project itself."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KUOTA_", "DAGSTER_"))}
    environment |= {
        "PYTHONPATH": str(example.project),
        "KUOTA_HOME": str(example.home),
        "KUOTA_LANDING": str(example.landing),
    }
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder or example.project,
        env=environment | further,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_a_run_is_refused_until_the_stage_map_is_whole_and_then_publishes(example: ExampleSettings) -> None:
    checked = child(example, "-c", COMMAND, "sources", "check", "kontorwerk")
    assert (checked.returncode, checked.stderr) == (0, "")
    without_a_stage(example)
    refused = child(example, "-c", COMMAND, "run")
    assert refused.returncode == 3
    [error] = [line for line in refused.stderr.splitlines() if line.startswith("error: ")]
    assert "kontorwerk, pipeline default: 'Verhandlung' (2 deals" in error
    assert not (example.published / "kuota.duckdb").exists()
    with_every_stage(example)
    published = child(example, "-c", COMMAND, "run")
    assert published.returncode == 0, published.stderr
    assert "as of 2025-06-30" in published.stdout
    with duckdb.connect(str(example.published / "kuota.duckdb"), read_only=True) as connection:
        counted = connection.execute(
            "select count_if(is_won), count_if(is_closed and not is_won), count_if(not is_closed) "
            "from marts.fct_opportunities"
        ).fetchall()
    assert counted == [(5, 2, 4)]


def test_it_keeps_the_rules_of_the_house(example: ExampleSettings, tmp_path: Path) -> None:
    rules = "tests/transform/test_house_rules.py"
    # the limits of the graph are those of the sources that the project ships
    limits = ("--deselect", f"{rules}::test_the_graph_keeps_to_its_limits")
    tested = child(example, "-m", "pytest", "-q", "-p", "no:cacheprovider", rules, *limits)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    linted = child(
        example,
        *("-m", "sqlfluff", "lint", "--disable-progress-bar", "models/staging/kontorwerk"),
        folder=example.dbt_project,
        KUOTA_WAREHOUSE=str(tmp_path / "kuota.duckdb"),
        DBT_TARGET_PATH=str(tmp_path / "target"),
        DBT_LOG_PATH=str(tmp_path),
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr
