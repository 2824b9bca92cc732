"""A fault of the machine ends in one message with the fix, what is published stays, and the next run recovers.

What needs whole runs, with dbt, is in test_faults_of_whole_runs.py.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from orchestration.errors import ConfigurationError, CriticalCheckFailed, KuotaError
from orchestration.faults import STAYS, explained, explained_error
from orchestration.home_check import refuse_unusable_warehouse
from orchestration.publish import publish_marts
from orchestration.settings import Settings
from orchestration.warehouse import connect
from tests.faults.disks import full_disk, read_only, small_disk
from tests.ingest.conftest import HEADER, SHOP, Bench, BenchSettings
from tests.orchestration.small_landing import FILES, land
from tests.publish.small_company import CHECKS, CREDITS, MODELS, UNIQUE, build, checked, settings_in


def bench_in(folder: Path) -> Bench:
    sources = folder / "sources"
    sources.mkdir(parents=True)
    (sources / "shop.yml").write_text(SHOP)
    home = folder / "home"
    return Bench(
        BenchSettings(
            home=home,
            landing=folder / "landing",
            warehouse=home / "warehouse" / "kuota.duckdb",
            sources_folder=sources,
        )
    )


def publish(settings: Settings) -> str:
    report = publish_marts(settings.warehouse, settings.published, run_id="run", models=MODELS, critical_checks=CHECKS)
    return report.publish_id


def credits(settings: Settings) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.published / "kuota.duckdb"), read_only=True) as connection:
        return connection.execute("select opportunity_id from marts.fct_credits order by 1").fetchall()


def kuota(settings: Settings, monkeypatch: pytest.MonkeyPatch, *words: str, **environment: str) -> Result:
    """The command line in this process; only for runs that end before Dagster is imported."""
    own = {"KUOTA_HOME": str(settings.home), "KUOTA_LANDING": str(settings.landing)}
    for name, value in {**own, **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("KUOTA_WAREHOUSE", raising=False)
    return CliRunner().invoke(main, words)


def one_error(ended: Result) -> str:
    """The one line that a person reads."""
    [line] = [line for line in ended.output.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in ended.output
    return line.removeprefix("error: ")


def rows(count: int, first: int = 0) -> str:
    return "".join(f"d{number:07},owner {number},2024-01-01,{number},,open\n" for number in range(first, count))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home that has published, and whose landing folder has extracts."""
    settings = settings_in(tmp_path / "home")
    land(settings, FILES)
    build(settings)
    publish(settings)
    return settings


# the disk


def test_a_run_does_not_begin_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_disk(tmp_path / "disk", 20) as disk:
        settings = settings_in(disk / "home")
        land(settings, FILES)
        build(settings)
        publish(settings)
        with full_disk(disk):
            said = one_error(kuota(settings, monkeypatch, "run"))
            assert credits(settings) == [("crm:1",), ("crm:2",), ("crm:3",)]
        assert "the disk is full ([Errno 28] No space left on device" in said.replace("OSError: ", "")
        assert "Free space on the disk of KUOTA_HOME" in said and said.endswith(STAYS)


def test_a_disk_that_gets_full_while_extracts_are_loaded_loses_nothing(tmp_path: Path) -> None:
    undisturbed = bench_in(tmp_path / "undisturbed")
    undisturbed.land("shop/2024-01-01/deals.csv", HEADER + rows(20_000))
    undisturbed.ingest()
    with small_disk(tmp_path / "disk", 12) as disk:
        bench = bench_in(disk)
        bench.settings = BenchSettings(
            home=bench.settings.home,
            landing=undisturbed.settings.landing,
            warehouse=bench.settings.warehouse,
            sources_folder=bench.settings.sources_folder,
        )
        with full_disk(disk, left=1_300_000), pytest.raises(duckdb.Error) as error:
            bench.ingest()
        assert explained_error(error.value, "step extracts") is not None
        assert bench.ingest().rows_kept == 20_000
        assert bench.log() == undisturbed.log()


def test_a_disk_that_gets_full_while_marts_are_published_leaves_the_previous_publish(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 20) as disk:
        settings = settings_in(disk / "home")
        build(settings)
        before = publish(settings)
        build(settings, CREDITS[:1])
        for left in (0, 300_000, 800_000):
            with full_disk(disk, left), pytest.raises((OSError, duckdb.Error)) as error:
                publish(settings)
            said = explained_error(error.value)
            assert said is not None and "the disk is full" in said
            assert credits(settings) == [("crm:1",), ("crm:2",), ("crm:3",)]
        assert publish(settings) != before
        assert credits(settings) == [("crm:1",)]
        assert not list(settings.published.rglob(".new-*"))


# folders that cannot be written


def test_a_run_does_not_begin_where_the_published_folder_cannot_be_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with read_only(settings.published):
        ended = kuota(settings, monkeypatch, "run")
        assert ended.exit_code == 2
        said = one_error(ended)
        rolled_back = kuota(settings, monkeypatch, "rollback")
    assert said.startswith(f"{settings.published}: a file or a folder cannot be written or read (OSError: [Errno 30] ")
    assert "Let the account that runs Kuota read KUOTA_LANDING and write to KUOTA_HOME, then run again." in said
    assert "no earlier version is kept" in one_error(rolled_back)
    assert credits(settings) == [("crm:1",), ("crm:2",), ("crm:3",)]


def test_a_publish_into_a_folder_that_cannot_be_written_changes_nothing(settings: Settings) -> None:
    build(settings, CREDITS[:1])
    with read_only(settings.published), pytest.raises(OSError) as error:
        publish(settings)
    said = explained_error(error.value)
    assert said is not None and "cannot be written" in said
    assert credits(settings) == [("crm:1",), ("crm:2",), ("crm:3",)]
    publish(settings)
    assert credits(settings) == [("crm:1",)]


# damaged files


def flipped(content: bytes) -> bytes:
    """One bit of each block, behind the headers."""
    changed = bytearray(content)
    for place in range(3 * 4096 + 100, len(changed), 65_536):
        changed[place] ^= 1
    return bytes(changed)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[:5000],
    "emptied": lambda _: b"",
    "of something else": lambda _: b"not a database" * 1000,
    "flipped bits": flipped,
    "a header of zeros": lambda content: bytes(4096) + content[4096:],
}


def test_a_damaged_warehouse_ends_the_run_and_a_rebuild_puts_it_aside(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, words = settings.warehouse.read_bytes(), "a DuckDB file is damaged"
    for damage in DAMAGES.values():
        settings.warehouse.write_bytes(damage(whole))
        with pytest.raises(KuotaError, match=words):
            refuse_unusable_warehouse(settings.warehouse, rebuild=False)
        # another run does not make it worse
        assert settings.warehouse.read_bytes() == damage(whole)
        [line] = refuse_unusable_warehouse(settings.warehouse, rebuild=True)
        assert (
            line
            == f"{settings.warehouse}: the file is damaged; it is kept as kuota.duckdb.damaged, and a new one is made."
        )
        assert settings.warehouse.with_name("kuota.duckdb.damaged").read_bytes() == damage(whole)
        assert not settings.warehouse.exists()
    settings.warehouse.write_bytes(flipped(whole))
    ended = kuota(settings, monkeypatch, "run")
    assert ended.exit_code == 1
    said = one_error(ended)
    assert said.startswith(f"{settings.warehouse}: {words} (")
    assert "Run `kuota run --rebuild`, which makes it again from the landing folder." in said
    assert credits(settings) == [("crm:1",), ("crm:2",), ("crm:3",)]
    refuse_unusable_warehouse(settings.warehouse, rebuild=True)
    build(settings, CREDITS[:1])
    publish(settings)
    assert credits(settings) == [("crm:1",)]


def test_a_rebuild_finds_damage_that_opening_the_file_does_not_show(settings: Settings) -> None:
    with connect(settings.warehouse) as connection:
        connection.execute("pragma force_compression = 'uncompressed'")
        connection.execute("create table raw.big as select range as id, 'text ' || range as name from range(100000)")
    content = bytearray(settings.warehouse.read_bytes())
    content[content.index(b"text 50000")] ^= 1
    settings.warehouse.write_bytes(content)
    assert refuse_unusable_warehouse(settings.warehouse, rebuild=False) == []
    with duckdb.connect(str(settings.warehouse)) as connection, pytest.raises(duckdb.Error) as error:
        connection.execute("select max(name) from raw.big")
    assert "kuota run --rebuild" in str(explained(str(error.value)))
    assert len(refuse_unusable_warehouse(settings.warehouse, rebuild=True)) == 1


def test_a_whole_warehouse_stays_where_it_is_in_a_rebuild(settings: Settings) -> None:
    assert refuse_unusable_warehouse(settings.warehouse, rebuild=True) == []
    assert settings.warehouse.exists()


@pytest.mark.parametrize("words", [("status",), ("explain", "attainment", "--assignee", "company", "--period", "2026")])
def test_a_damaged_published_file_is_one_line_for_its_readers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    for name in ("kuota.duckdb", "kuota_quality.duckdb"):
        (settings.published / name).unlink(missing_ok=True)
        (settings.published / name).write_bytes(b"not a database" * 1000)
    ended = kuota(settings, monkeypatch, *words)
    assert ended.exit_code == 1
    assert "is damaged" in one_error(ended) and "kuota run --rebuild" in one_error(ended)


# the clock


def test_a_clock_that_was_set_back_lets_no_older_pass_hide_a_newer_failure(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=3)
    checked(settings, UNIQUE, "passed", ahead)
    checked(settings, UNIQUE, "failed", datetime.now(UTC).replace(tzinfo=None), unexpected_count=3)
    build_is_refused = r"the warehouse has records of .*: the clock was set back\. Set it right and run again"
    with pytest.raises(CriticalCheckFailed, match=build_is_refused):
        publish(settings)
    ended = kuota(settings, monkeypatch, "run")
    assert ended.exit_code == 2
    assert f"records of {ahead:%Y-%m-%d %H:%M:%S} UTC: the clock was set back." in one_error(ended)
    assert "kuota run --rebuild" in one_error(ended)
    assert credits(settings) == [("crm:1",), ("crm:2",), ("crm:3",)]
    # the clock is right and was wrong before
    [line] = refuse_unusable_warehouse(settings.warehouse, rebuild=True)
    assert line.endswith("these records are deleted.")
    assert refuse_unusable_warehouse(settings.warehouse, rebuild=False) == []
    with pytest.raises(CriticalCheckFailed, match="unique_fct_credits failed"):
        publish(settings)


# the landing folder


@contextmanager
def growing(path: Path) -> Iterator[None]:
    """Another program writes on at the end of the file."""
    is_done = threading.Event()

    def write() -> None:
        with path.open("a") as stream:
            number = 10_000_000
            while not is_done.is_set():
                stream.write(rows(number + 1, number))
                stream.flush()
                number += 1
                time.sleep(0.002)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        is_done.set()
        writer.join()


@pytest.mark.parametrize("name", ["deals.csv", "calls.jsonl"])
def test_a_file_that_grows_while_it_is_read_is_not_taken_for_a_whole_one(bench: Bench, name: str) -> None:
    bench.land("shop/2024-01-01/deals.csv", HEADER + rows(5_000))
    bench.ingest()
    before = bench.log()
    text = HEADER + rows(5_000) if name == "deals.csv" else '{"call_id": "c1"}\n' * 5_000
    path = bench.land(f"shop/2024-01-02/{name}", text)
    with growing(path), pytest.raises(ConfigurationError) as error:
        bench.ingest()
    said = str(error.value)
    assert said.startswith(f"shop/2024-01-02/{name}: it changed while the run read it (")
    assert said.endswith("rename it when it is whole; then run again.")
    assert bench.log() == before
    path.write_text(text)
    assert bench.ingest().files_read == 1
    bench.balance()


def test_a_landing_folder_that_vanishes_while_it_is_read_is_named(bench: Bench) -> None:
    bench.land("shop/2024-01-01/deals.csv", HEADER + rows(10))
    bench.land("shop/2024-01-01/calls.csv", "call_id,updated_at,outcome\nc1,2024-01-01T09:00:00Z,done\n")
    landing = bench.settings.landing
    away = landing.with_name("away")

    def vanish(line: str) -> None:
        if line.startswith("shop deal"):
            landing.rename(away)

    from orchestration.ingest import ingest

    with pytest.raises(ConfigurationError) as error:
        ingest(bench.settings, run_id="run", progress=vanish)
    assert str(error.value) == (
        "shop/2024-01-01/calls.csv: it was there when the run began and cannot be read any more, so nothing of it was "
        f"loaded. The landing folder {landing} is gone too: check that its disk is mounted. "
        "Put it back, then run again."
    )
    assert bench.query("select count(*) from raw.shop__deal") == [(10,)]
    away.rename(landing)
    report = bench.ingest()
    assert (report.files_read, report.files_unchanged) == (1, 1)


def test_a_file_that_vanishes_or_is_replaced_before_it_is_read_is_named(bench: Bench) -> None:
    bench.land("shop/2024-01-01/deals.csv", HEADER + rows(10))
    calls = bench.land("shop/2024-01-01/calls.parquet", "")
    calls.unlink()
    bench.land_parquet("shop/2024-01-01/calls.parquet", "select 'c1' as call_id")
    content = calls.read_bytes()

    def vanish(line: str) -> None:
        if line.startswith("shop deal"):
            calls.unlink()

    def replace(line: str) -> None:
        if line.startswith("shop deal"):
            calls.write_bytes(content + b"another")

    from orchestration.ingest import ingest

    for fault, words in ((vanish, "cannot be read any more"), (replace, "changed while the run read it")):
        bench.land("shop/2024-01-01/deals.csv", HEADER + rows(11 if fault is vanish else 12))
        with pytest.raises(ConfigurationError, match=words):
            ingest(bench.settings, run_id="run", progress=fault)
        calls.write_bytes(content)
    assert bench.ingest().rows_kept == 1


# memory


def test_extracts_are_loaded_within_the_limit_of_memory_or_the_message_names_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.land("shop/2024-01-01/deals.csv", HEADER + rows(100_000))
    monkeypatch.setenv("KUOTA_MEMORY_LIMIT", "12MB")
    with pytest.raises((duckdb.Error, KuotaError)) as error:
        bench.ingest()
    said = explained_error(error.value, "step extracts")
    assert said is not None and "Raise KUOTA_MEMORY_LIMIT (2GB unless it is set)" in said
    monkeypatch.setenv("KUOTA_MEMORY_LIMIT", "300MB")
    assert bench.ingest().rows_kept == 100_000


@pytest.mark.parametrize("text", ["lots", "80%", "-2GB", "3B", "2 GiB extra"])
def test_a_limit_that_is_not_a_size_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    for name in ("KUOTA_MEMORY_LIMIT", "KUOTA_UNPACKED_LIMIT"):
        ended = kuota(settings, monkeypatch, "run", **{name: text})
        assert ended.exit_code == 2
        assert one_error(ended) == f"{name} is '{text}'; write a size of 1MB or more, such as 2GB."
        monkeypatch.delenv(name)


# what the system says, in its words


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("sqlite3.OperationalError: database or disk is full", "Free space"),
        ("OSError: [Errno 122] Disk quota exceeded: '/home/x'", "Free space"),
        ("Out of Memory Error: failed to offload data block of size 256.0 KiB (1 GiB/1 GiB used).", "Free space"),
        ("std::bad_alloc", "ulimit"),
        ("OSError: [Errno 12] Cannot allocate memory", "ulimit"),
        ("PermissionError: [Errno 13] Permission denied: '/srv/kuota'", "account"),
        ("sqlite3.OperationalError: attempt to write a readonly database", "account"),
        ("sqlite3.DatabaseError: database disk image is malformed", "dagster/"),
        ("OSError: [Errno 5] Input/output error", "disk or the share"),
        ("FATAL Error: Failed: database has been invalidated because of a previous fatal error.", "--rebuild"),
    ],
)
def test_errors_of_the_machine_are_told_from_others(text: str, fix: str) -> None:
    said = explained(text, "step models")
    assert said is not None and said.startswith("step models: ") and fix in said and "\n" not in said


def test_an_error_of_a_model_is_not_taken_for_one_of_the_machine() -> None:
    assert explained("Binder Error: column amount not found\nConversion Error: could not convert '1,5'") is None
