"""dbt as a child on a warehouse of the test's own, with the settings of its landing folder."""

import subprocess

from orchestration.settings import Settings
from orchestration.transform.dbt import dbt_command, dbt_environment


def dbt(settings: Settings, *words: str, run_id: str | None = None) -> subprocess.CompletedProcess[str]:
    """How it ended, and what it said."""
    return subprocess.run(
        dbt_command(settings, *words),
        env=dbt_environment(settings, run_id),
        cwd=settings.warehouse.parent,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
