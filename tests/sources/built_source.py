"""A hand-written extract in a warehouse of its own: ingested, and through the models."""

import subprocess
from pathlib import Path
from typing import Any

import duckdb

from orchestration.ingest import ingest
from orchestration.settings import Settings
from orchestration.transform.dbt import dbt_command, dbt_environment

# the singular tests hold the balances: money ties, credits sum to deals, current rows = counted + excluded
EVERY_MODEL = ("--exclude", "test_type:unit", "test_type:generic")

Rows = list[tuple[Any, ...]]


def build(landing: Path, home: Path, *selection: str) -> Path:
    """The warehouse of the `landing` folder, every row of which can be read, with the models of `selection` built."""
    settings = Settings(home=home, landing=landing, warehouse=home / "kuota.duckdb")
    report = ingest(settings, run_id="run")
    assert (report.rows_quarantined, report.values_unparsable, report.warnings) == (0, 0, [])
    built = subprocess.run(
        dbt_command(settings, "build", *selection),
        env=dbt_environment(settings),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return settings.warehouse


def query(warehouse: Path, sql: str) -> Rows:
    """What the built warehouse answers."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()
