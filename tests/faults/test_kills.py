"""`kill -9` at any moment: the next run succeeds, what it publishes is what an undisturbed one does, byte for byte, and
readers never saw anything but a whole publish."""

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import Settings
from tests.e2e.kuota_home import KuotaHome
from tests.faults.reader import Readers, read
from tests.faults.tiny_pipeline import Processes, land, run, settings_in
from tests.faults.whole_home import land as land_deals
from tests.faults.whole_home import new_deals

IN_CI, ALL = 12, 200
WHOLE_RUNS = int(os.environ.get("KUOTA_TEST_KILLS") or 200)
RUNS_IN_A_ROW = 6
"""How many runs are killed, one after another, before one may come to its end."""


@pytest.mark.parametrize("kills", [IN_CI, pytest.param(ALL, marks=pytest.mark.slow)])
def test_runs_that_are_killed_in_ingest_and_publish_lose_nothing(tmp_path: Path, kills: int) -> None:
    chance = random.Random(14)
    disturbed, undisturbed = settings_in(tmp_path / "disturbed"), settings_in(tmp_path / "undisturbed")
    readers = Readers(disturbed.published, 1)
    with Processes() as processes:
        day = killed = 0
        land(disturbed, day)
        while killed < kills:
            began = time.monotonic()
            processes.start(disturbed)
            assert processes.answer() == 0
            whole = time.monotonic() - began
            assert read(disturbed.published)[1] == day
            for _ in range(RUNS_IN_A_ROW):
                day += 1
                land(disturbed, day)
                process = processes.start(disturbed)
                time.sleep(chance.uniform(0, whole))
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                killed += processes.answer() == -signal.SIGKILL
        assert processes.start(disturbed) and processes.answer() == 0
    [(seen, errors)] = readers.stop()
    assert errors == []
    assert len(seen) >= kills / RUNS_IN_A_ROW / 2
    assert not list(disturbed.warehouse.parent.glob(".scratch-*"))
    for each in range(day + 1):
        land(undisturbed, each)
    assert_same_publish(disturbed, undisturbed, run(undisturbed).publish_id)
    assert_same_raw(disturbed, undisturbed)


def assert_same_publish(disturbed: Settings, undisturbed: Settings, publish_id: str) -> None:
    folders = [settings.versions / publish_id for settings in (disturbed, undisturbed)]
    names = [sorted(path.name for path in folder.iterdir()) for folder in folders]
    assert names[0] == names[1]
    for path in folders[0].glob("*.parquet"):
        assert path.read_bytes() == (folders[1] / path.name).read_bytes(), path.name
    assert read(disturbed.published) == read(undisturbed.published)
    assert not list(disturbed.published.rglob(".new-*"))


def assert_same_raw(disturbed: Settings, undisturbed: Settings) -> None:
    logs = []
    for settings in (disturbed, undisturbed):
        with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
            rows = "from (select * exclude (_loaded_at) from raw.shop__deal) as each"
            logs.append(connection.execute(f"select count(*), sum(hash(each)) {rows}").fetchall())
    assert logs[0] == logs[1]


def test_the_runs_of_these_tests_publish(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    land(settings, 0)
    assert not run(settings).unchanged
    land(settings, 1)
    publish_id = run(settings).publish_id
    assert read(settings.published) == (publish_id, 1)
    assert run(settings).unchanged


@pytest.mark.slow
def test_whole_runs_that_are_killed_lose_nothing(kuota: KuotaHome, tmp_path: Path) -> None:
    """From the start of the process to its reports: ingest, checks, dbt, publish."""
    chance = random.Random(14)
    seen: dict[str, float] = {}

    def read_published() -> None:
        [(publish_id,)] = kuota.marts("select publish_id from publication")
        [(won,)] = kuota.marts("select sum(amount) from fct_opportunities where is_won")
        assert seen.setdefault(publish_id, won) == won
        assert (kuota.home / "published" / "versions" / publish_id / "manifest.json").exists()

    began = time.monotonic()
    assert kuota.kuota("run").exit_code == 0
    whole = time.monotonic() - began
    read_published()
    killed = 0
    while killed < WHOLE_RUNS:
        number = killed + 1
        land_deals(kuota, new_deals(300 + number, f"2026-08-01T{number // 60:02}{number % 60:02}00Z"))
        with (tmp_path / "progress").open("a") as stream:
            running = kuota.start("run", stdout=stream, stderr=stream)
        time.sleep(chance.uniform(0, whole))
        running.kill()
        killed += running.wait() == -signal.SIGKILL
        read_published()
    ended = kuota.kuota("run")
    assert ended.exit_code == 0, ended.complained
    read_published()
    undisturbed = KuotaHome(tmp_path / "undisturbed", kuota.landing)
    assert undisturbed.kuota("run").exit_code == 0
    [disturbed_id, undisturbed_id] = [each.marts("select publish_id from publication") for each in (kuota, undisturbed)]
    assert disturbed_id == undisturbed_id
    folders = [each.home / "published" / "versions" / disturbed_id[0][0] for each in (kuota, undisturbed)]
    for path in folders[0].glob("*.parquet"):
        assert path.read_bytes() == (folders[1] / path.name).read_bytes(), path.name
    assert not list((kuota.home / "warehouse").glob(".scratch-*"))
