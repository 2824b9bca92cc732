"""Faults that hit a whole run with dbt: one message with the fix, the previous publish stays, the next run recovers."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.kuota_home import KuotaHome
from tests.faults.disks import full_disk, mount, small_disk
from tests.faults.whole_home import copy_of, land, new_deals

pytestmark = pytest.mark.slow

STAYS = "What is published stays as it was."
DBT_STARTS = "dbt starts"


def won(kuota: KuotaHome) -> float:
    [(amount,)] = kuota.marts("select sum(amount) from fct_opportunities where is_won")
    return float(amount)


def fails(
    kuota: KuotaHome,
    *words: str,
    when: str | None = None,
    fault: Callable[[int], object] = lambda _: None,
    code: int = 1,
    environment: dict[str, str] | None = None,
    command: tuple[str, ...] = (),
) -> None:
    """The run ends with one message that has all of `words`, and leaves what is published.

    `fault` is called with the run's process as soon as its progress has the line `when`.
    """
    before = kuota.published()
    progress = kuota.home.parent / "progress"
    with progress.open("w") as stream:
        options = {"command": command} if command else {}
        running = kuota.start("run", stdout=stream, stderr=stream, environment=environment, **options)
    while when and running.poll() is None:
        if when in progress.read_text():
            fault(running.pid)
            break
        time.sleep(0.05)
    running.wait(timeout=600)
    said = progress.read_text()
    print(said)
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    assert running.returncode == code, said
    assert len(errors) == 1 and all(word in errors[0] for word in words), said
    assert "Traceback" not in said and "Logging error" not in said, said
    assert kuota.published() == before


def recovers(kuota: KuotaHome) -> None:
    ended = kuota.kuota("run")
    assert ended.exit_code == 0, ended.complained
    assert won(kuota) == 200


def dbt_child(run: int) -> int:
    """The process of dbt that a run has started."""
    while True:
        found = subprocess.run(["pgrep", "-P", str(run), "-f", "dbt.cli.main"], capture_output=True, text=True)
        if found.stdout.strip():
            return int(found.stdout.split()[0])
        time.sleep(0.05)


def test_a_landing_folder_that_vanishes_while_dbt_builds_changes_no_setting(kuota: KuotaHome) -> None:
    away = kuota.landing.with_name("away")
    fails(
        kuota,
        *(f"{kuota.landing / 'settings.yml'}: changed or gone while the run worked", "then run again"),
        when=DBT_STARTS,
        fault=lambda _: kuota.landing.rename(away),
        code=2,
    )
    away.rename(kuota.landing)
    recovers(kuota)


def test_dbt_is_killed_as_a_system_without_memory_does(kuota: KuotaHome) -> None:
    def kill(run: int) -> None:
        child = dbt_child(run)
        time.sleep(8)
        os.kill(child, signal.SIGKILL)

    fails(kuota, "dbt was killed", "KUOTA_MEMORY_LIMIT", STAYS, when=DBT_STARTS, fault=kill)
    recovers(kuota)


def test_too_little_memory_for_duckdb_names_the_setting(kuota: KuotaHome) -> None:
    for limit in ("1MB", "30MB"):
        fails(kuota, "memory ran out", "KUOTA_MEMORY_LIMIT", STAYS, environment={"KUOTA_MEMORY_LIMIT": limit})
    recovers(kuota)


def test_too_little_memory_for_the_process_names_its_limit(kuota: KuotaHome) -> None:
    limited = ("sh", "-c", 'ulimit -v 900000; exec "$0" "$@"', str(Path(sys.executable).with_name("kuota")))
    fails(kuota, "a process may use at most 0.9 GB (ulimit -v)", "KUOTA_MEMORY_LIMIT", command=limited, code=2)
    recovers(kuota)


def test_a_published_folder_that_cannot_be_written_any_more(kuota: KuotaHome) -> None:
    published = str(kuota.home / "published")
    mount("--bind", published, published)
    try:
        fails(
            kuota,
            *("cannot be written", "Read-only file system", "KUOTA_HOME", STAYS),
            when=DBT_STARTS,
            fault=lambda _: mount("-o", "remount,bind,ro", published),
        )
    finally:
        subprocess.run(["umount", "--lazy", published], check=True)
    recovers(kuota)


@pytest.mark.parametrize("left", [4_000_000, 20_000_000])
def test_a_disk_that_gets_full_in_mid_run(published_home: KuotaHome, tmp_path: Path, left: int) -> None:
    with small_disk(tmp_path / "disk", 400) as disk:
        kuota = copy_of(published_home, disk)
        land(kuota, new_deals(200))
        with full_disk(disk, left):
            fails(kuota, "full", "Free space on the disk of KUOTA_HOME", STAYS)
        recovers(kuota)


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[: len(whole) // 2], lambda _: os.urandom(1000)], ids=["cut", "noise"]
)
def test_damaged_files_of_dbt_are_made_again(kuota: KuotaHome, damage: Callable[[bytes], bytes]) -> None:
    for name in ("partial_parse.msgpack", "manifest.json", "run_results.json", "parsed_from"):
        path = kuota.home / "warehouse" / "dbt" / name
        path.write_bytes(damage(path.read_bytes()))
    recovers(kuota)


def test_a_damaged_partial_parse_alone_is_made_again(kuota: KuotaHome) -> None:
    path = kuota.home / "warehouse" / "dbt" / "partial_parse.msgpack"
    content = bytearray(path.read_bytes())
    for place in range(1000, len(content), 5000):
        content[place] ^= 255
    path.write_bytes(content)
    recovers(kuota)


def test_a_warehouse_that_turns_out_to_be_damaged_in_mid_run(kuota: KuotaHome) -> None:
    warehouse = kuota.home / "warehouse" / "kuota.duckdb"
    content = bytearray(warehouse.read_bytes())
    # opening reads what is at the end
    for place in range(5 * 262_144, len(content) * 3 // 4, 262_144):
        content[place] ^= 1
    warehouse.write_bytes(content)
    fails(kuota, "a DuckDB file is damaged", "kuota run --rebuild", STAYS)
    rebuilt = kuota.kuota("run", "--rebuild")
    assert rebuilt.exit_code == 0, rebuilt.complained
    assert won(kuota) == 200


def test_a_damaged_history_of_dagster_names_its_folder(kuota: KuotaHome) -> None:
    for path in (kuota.home / "dagster" / "history").rglob("*.db"):
        path.write_bytes(b"not a database" * 1000)
    fails(kuota, "Dagster's history of runs is damaged", "Remove the folder dagster/", STAYS)
    shutil.rmtree(kuota.home / "dagster")
    recovers(kuota)


def test_a_rollback_lasts_until_the_next_run(kuota: KuotaHome) -> None:
    before = won(kuota)
    recovers(kuota)
    assert kuota.kuota("rollback").exit_code == 0
    assert won(kuota) == before
    ended = kuota.kuota("run")
    assert ended.exit_code == 0 and won(kuota) == 200
    assert kuota.kuota("run").said.startswith("unchanged")
