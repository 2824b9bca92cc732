"""What past runs leave, kept for the newest of them: log files, and Dagster's records and captured output."""

import shutil
from pathlib import Path

from dagster import DagsterInstance


def prune_history(logs: Path, dagster_home: Path, instance: DagsterInstance, keep: int) -> None:
    """Remove the logs and Dagster's records of all but the newest `keep` runs. The caller holds the lock.

    The names of log files begin with the time of their run. A run that is older than `keep` others does not work any
    more, whatever Dagster's record says: its process was killed.
    """
    for path in sorted(logs.glob("*.log"), reverse=True)[keep:]:
        path.unlink(missing_ok=True)
    for record in instance.get_run_records(ascending=False)[keep:]:
        run_id = record.dagster_run.run_id
        instance.delete_run(run_id)
        shutil.rmtree(dagster_home / "storage" / run_id, ignore_errors=True)
