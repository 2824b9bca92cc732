"""Dagster's storage in a real PostgreSQL, as docs/run-in-production.md says: its runs are found and forgotten there."""

from pathlib import Path

import psycopg2
import pytest
from dagster import DagsterEventType, DagsterInstance, job, op
from postgres_server import PROGRAMS, WITHOUT, postgres_server

from orchestration.history import prune_history
from orchestration.settings import PROJECT

pytestmark = pytest.mark.skipif(not PROGRAMS, reason=WITHOUT)


@op
def nothing() -> None: ...


@job
def does_nothing() -> None:
    nothing()


def test_runs_are_kept_in_postgres_and_forgotten_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed = "".join((PROJECT / "deploy" / name).read_text() for name in ("dagster.yaml", "postgres.yaml"))
    (tmp_path / "dagster.yaml").write_text(deployed.replace("/kuota/home/dagster", str(tmp_path)))
    with postgres_server() as url:
        monkeypatch.setenv("DAGSTER_POSTGRES_URL", url)
        with DagsterInstance.from_config(str(tmp_path)) as instance:
            runs = [does_nothing.execute_in_process(instance=instance).run_id for _ in range(3)]
        # another service, on the same storage
        with DagsterInstance.from_config(str(tmp_path)) as instance:
            assert [record.dagster_run.run_id for record in instance.get_run_records()] == runs[::-1]
            last = instance.all_logs(runs[0])[-1].dagster_event
            assert last and last.event_type == DagsterEventType.RUN_SUCCESS
            prune_history(tmp_path / "logs", tmp_path, instance, 1)
        with psycopg2.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute("select run_id from runs")
            assert cursor.fetchall() == [(runs[2],)]
            cursor.execute("select distinct run_id from event_logs")
            assert cursor.fetchall() == [(runs[2],)]
        connection.close()
    assert list(tmp_path.rglob("*.db")) == []
