"""Logs, records of Dagster and versions are kept for as many runs as the settings say."""

import json
import shutil
from pathlib import Path

import pytest
from dagster import DagsterInstance, job, op
from filelock import FileLock

from orchestration.errors import ConfigurationError, LockHeld
from orchestration.history import clean_home, prune_history
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
        (home / "history" / "runs").mkdir(parents=True)
        for number, run_id in enumerate(runs):
            (home / "history" / "runs" / f"{run_id}.db").write_text("the file that Dagster leaves")
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
    assert {path.stem for path in (home / "history" / "runs").iterdir()} == set(runs[3:])


def test_clean_frees_what_the_settings_no_longer_keep_and_what_readers_open_stays(tmp_path: Path) -> None:
    settings = Settings(
        tmp_path, tmp_path / "landing", tmp_path / "warehouse" / "kuota.duckdb", keep_versions=2, keep_runs=1
    )
    for number in range(4):
        manifest = json.dumps({"publish_id": f"P{number}", "published_at": f"2026-01-0{number + 1}"})
        version = settings.published / "versions" / f"P{number}"
        version.mkdir(parents=True)
        (version / "kuota.duckdb").write_bytes(bytes(1000))
        (version / "manifest.json").write_text(manifest)
        settings.logs.mkdir(exist_ok=True)
        (settings.logs / f"2026-01-0{number + 1}T050000Z-{number:08}.log").write_bytes(bytes(500))
    # readers open an older one: somebody has rolled back
    shutil.copyfile(settings.published / "versions" / "P0" / "manifest.json", settings.published / "manifest.json")
    settings.dagster_home.mkdir()
    with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        runs = [does_nothing.execute_in_process(instance=instance).run_id for _ in range(3)]
    before = size_of(settings.dagster_home)
    freed = clean_home(settings)
    assert {path.name for path in (settings.published / "versions").iterdir()} == {"P0", "P3"}
    assert [path.name for path in settings.logs.iterdir()] == ["2026-01-04T050000Z-00000003.log"]
    assert (freed["logs"], freed["published"] > 2000) == (1500, True)
    assert freed["dagster"] == before - size_of(settings.dagster_home) > 0
    with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        assert [record.dagster_run.run_id for record in instance.get_run_records()] == runs[2:]
        assert instance.all_logs(runs[2]) != []


def test_clean_waits_for_no_run(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "landing", tmp_path / "warehouse" / "kuota.duckdb")
    with FileLock(settings.lock_file), pytest.raises(LockHeld, match="another run is writing"):
        clean_home(settings)


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


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
    with pytest.raises(ConfigurationError, match=f"KUOTA_KEEP_RUNS is '{text}'; write a whole number of 1 or more"):
        Settings.from_environment()
