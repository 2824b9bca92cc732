"""What past runs leave, kept for the newest of them: log files, and Dagster's records and captured output."""

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from dagster import DagsterInstance

from orchestration.publish import remove_old_versions
from orchestration.settings import Settings
from orchestration.warehouse import writer_lock


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
        # SQLite keeps the events of a run in a file of its own, which Dagster empties and leaves
        for path in (dagster_home / "history" / "runs").glob(f"{run_id}.db*"):
            path.unlink(missing_ok=True)


def clean_home(settings: Settings) -> dict[str, int]:
    """Keep as many publishes, logs and records of Dagster as the settings say, and no space for what is gone.

    Returns how many bytes that freed, by folder of the home. Waits for nobody: raises LockHeld while a run writes.
    """
    folders = {path.name: path for path in (settings.published, settings.logs, settings.dagster_home)}
    with writer_lock(settings.lock_file):
        before = {name: _bytes_below(path) for name, path in folders.items()}
        remove_old_versions(settings.published, settings.keep_versions)
        if settings.dagster_home.exists():
            with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
                prune_history(settings.logs, settings.dagster_home, instance, settings.keep_runs)
            for database in settings.dagster_home.rglob("*.db"):
                # while Dagster's web server uses it, it keeps the space for what comes next
                with suppress(sqlite3.OperationalError), closing(sqlite3.connect(database)) as connection:
                    connection.execute("vacuum")
        return {name: before[name] - _bytes_below(path) for name, path in folders.items()}


def _bytes_below(folder: Path) -> int:
    """What the files take; one that has several names counts once."""
    stats = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum({(stat.st_dev, stat.st_ino): stat.st_size for stat in stats}.values())
