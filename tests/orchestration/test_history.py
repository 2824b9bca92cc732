"""Logs, records of Dagster and versions are kept for as many runs as the settings say."""

from pathlib import Path

import pytest
from dagster import DagsterInstance, job, op

from orchestration.errors import ConfigurationError
from orchestration.history import prune_history
from orchestration.settings import Settings


@op
def nothing() -> None: ...


@job
def does_nothing() -> None:
    nothing()


def test_only_the_newest_runs_keep_their_log_and_their_records(tmp_path: Path) -> None:
    logs, home = tmp_path / "logs", tmp_path / "dagster"
    logs.mkdir()
    with DagsterInstance.ephemeral() as instance:
        runs = [does_nothing.execute_in_process(instance=instance).run_id for _ in range(5)]
        for number, run_id in enumerate(runs):
            (logs / f"2026-01-0{number + 1}T050000Z-{run_id[:8]}.log").write_text("log")
            (home / "storage" / run_id).mkdir(parents=True)
        (logs / "notes.txt").write_text("not ours")
        prune_history(logs, home, instance, 2)
        kept = [record.dagster_run.run_id for record in instance.get_run_records()]
        assert kept == runs[:2:-1]
        assert instance.all_logs(runs[0]) == [] and instance.all_logs(runs[4]) != []
    assert sorted(path.name for path in logs.iterdir()) == [
        f"2026-01-04T050000Z-{runs[3][:8]}.log",
        f"2026-01-05T050000Z-{runs[4][:8]}.log",
        "notes.txt",
    ]
    assert {path.name for path in (home / "storage").iterdir()} == set(runs[3:])


def test_the_environment_says_how_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.from_environment()
    assert (settings.keep_versions, settings.keep_runs) == (10, 100)
    monkeypatch.setenv("KUOTA_KEEP_VERSIONS", "3")
    monkeypatch.setenv("KUOTA_KEEP_RUNS", " 7 ")
    settings = Settings.from_environment()
    assert (settings.keep_versions, settings.keep_runs) == (3, 7)


@pytest.mark.parametrize("text", ["0", "-1", "all", "1.5", "²"])
def test_what_is_not_a_number_to_keep_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KUOTA_KEEP_RUNS", text)
    with pytest.raises(ConfigurationError, match=f"KUOTA_KEEP_RUNS is '{text}'; write a whole number from 1 on"):
        Settings.from_environment()
