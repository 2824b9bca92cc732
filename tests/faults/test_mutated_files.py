"""Files that are damaged in every way: no run crashes, and every row is kept, set aside, or recognized as no record."""

import os
import resource
import sys
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.ingest import load_source_configs
from orchestration.ingest.headers import header_errors
from orchestration.ingest.landing import scan_landing
from orchestration.settings import Settings, reporting_time_zone
from orchestration.yaml_file import load_yaml
from tests.faults.mutations import COLUMNS, damaged, merged_sheet, plain_files, stray_cell, values, workbook
from tests.ingest.conftest import HEADER, Bench

IN_CI, ALL = 100, 1000
LIMIT_MB = 30


@pytest.mark.parametrize("count", [IN_CI, pytest.param(ALL, marks=pytest.mark.slow)])
def test_every_row_of_a_damaged_file_is_accounted_for(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setenv("KUOTA_UNPACKED_LIMIT", f"{LIMIT_MB}MB")
    monkeypatch.setenv("KUOTA_MEMORY_LIMIT", "1GB")
    plain = plain_files(tmp_path)
    made = {}
    for number in range(count):
        mutated = damaged(number, plain, tmp_path)
        name = f"shop/2024-01-01T{number // 3600:02}{number // 60 % 60:02}{number % 60:02}Z/calls{mutated.suffix}"
        bench.land(name, "")
        (bench.settings.landing / name).write_bytes(mutated.content)
        made[name] = mutated
    # a header without a column that must be there stops the run, with the file's name
    refused = refused_files(bench.settings)
    for name, message in refused.items():
        assert message.startswith(name) and "\n" not in message, message
        (bench.settings.landing / name).unlink()
    report = bench.ingest()
    bench.balance()
    counted = bench.query(
        "select source_file, rows_read + rows_not_records, rows_quarantined, reason is not null from raw.load_ledger "
        "left join (from raw.quarantine where reason = 'unreadable_file') as unreadable using (source_file)"
    )
    assert {name for name, *_ in counted} == made.keys() - refused.keys()
    differs = {
        (name, made[name].kind): (made[name].rows, rows)
        for name, rows, _, is_unreadable in counted
        if rows != (1 if is_unreadable else made[name].rows if made[name].rows is not None else rows)
    }
    assert differs == {}
    assert report.files_read == len(counted) > count / 2
    assert all("\n" not in warning for warning in report.warnings)
    assert not Path("/tmp/kuota_was_here").exists()


def refused_files(settings: Settings) -> dict[str, str]:
    configs = load_source_configs(settings.sources)
    files = scan_landing(settings.landing, configs, reporting_time_zone(settings)).files
    errors = header_errors(files, configs)
    return {file.name: str(error) for file, error in zip(files, errors, strict=True) if error is not None}


@pytest.mark.parametrize("name", ["calls.csv.gz", "calls.jsonl.gz", "calls.parquet.gz"])
def test_a_bomb_is_set_aside_before_it_is_unpacked(bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("KUOTA_UNPACKED_LIMIT", "5MB")
    bench.land(f"shop/2024-01-01/{name}", "call_id,updated_at,outcome\n" + "c1,,x\n" * 1_000_000)
    report = bench.ingest()
    [said] = [line for line in report.warnings if "unreadable_file" in line]
    assert said == (
        f"shop/2024-01-01/{name}: unpacked it is larger than KUOTA_UNPACKED_LIMIT allows (5 MB); "
        "export it in several files, or raise the limit. (unreadable_file: all of this file set aside)"
    )
    bench.balance()


def test_a_small_workbook_takes_little_memory_however_large_its_sheet_is(bench: Bench) -> None:
    """A cell at the end of a sheet, or one merged up to there, is one of seventeen billion."""
    content = workbook([list(COLUMNS), *map(list, values(3))])
    path = bench.land("shop/2024-01-01/calls.xlsx", "")
    before = peak_mb()
    path.write_bytes(workbook([list(COLUMNS), *map(list, values(3))], stray_cell))
    assert bench.ingest().rows_read == 4
    path.write_bytes(merged_sheet(content))
    assert bench.ingest().rows_read == 3
    bench.balance()
    assert peak_mb() - before < 500


def peak_mb() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1024 if sys.platform == "linux" else used / 1024**2


# names and links


def test_a_link_out_of_the_landing_folder_is_refused(bench: Bench, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(HEADER)
    folder = bench.settings.landing / "shop" / "2024-01-01"
    folder.mkdir(parents=True)
    links = {
        "deals.csv": (str(secret), "a link that leads out of the landing folder"),
        "deals_2.csv": ("../../../secret.csv", "a link that leads out of the landing folder"),
        "deals_3.csv": ("/etc/passwd", "a link that leads out of the landing folder"),
        "deals_4.csv": ("nowhere.csv", "a link that leads nowhere"),
        "deals_5.csv": ("deals_5.csv", "a link that leads nowhere"),
    }
    for name, (target, words) in links.items():
        (folder / name).symlink_to(target)
        with pytest.raises(ConfigurationError, match=words) as error:
            bench.ingest()
        assert name in str(error.value)
        (folder / name).unlink()
    outside = tmp_path / "outside"
    (outside / "2024-01-01").mkdir(parents=True)
    (outside / "2024-01-01" / "deals.csv").write_text(HEADER)
    folder.rmdir()
    folder.parent.rmdir()
    folder.parent.symlink_to(outside)
    with pytest.raises(ConfigurationError, match="leads out of the landing folder"):
        bench.ingest()
    assert not bench.settings.warehouse.exists()


def test_what_is_not_a_file_is_named_and_not_waited_for(bench: Bench) -> None:
    bench.land("shop/2024-01-01/deals.csv", HEADER + "a,,,1,,\n")
    folder = bench.settings.landing / "shop" / "2024-01-01"
    os.mkfifo(folder / "deals_2.csv")
    (folder / "deals_3.csv").mkdir()
    report = bench.ingest()
    assert report.rows_kept == 1
    assert (
        "shop/2024-01-01/deals_2.csv: ignored, because it is not a file; put the file itself there." in report.warnings
    )
    assert "shop/2024-01-01/deals_3.csv: ignored, because it is a folder." in report.warnings


@pytest.mark.parametrize(
    "name", [b"deals_\n.csv", b"deals_\x1b[2J.csv", b"deals_\xff.csv", "deals_\u2028.csv".encode()]
)
def test_a_name_that_cannot_be_shown_is_refused_in_one_line(bench: Bench, name: bytes) -> None:
    bench.land("shop/2024-01-01/deals.csv", HEADER + "a,,,1,,\n")
    path = os.fsencode(bench.settings.landing / "shop" / "2024-01-01") + b"/" + name
    with open(path, "wb") as stream:  # noqa: PTH123 (not every name is a text)
        stream.write(HEADER.encode())
    with pytest.raises(ConfigurationError, match="has characters that cannot be shown; rename it") as error:
        bench.ingest()
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    "name", ["deals' or 1=1; drop table x--.csv", "deals %s {0} $1.csv", "deals\u00a0é😀.csv", "DEALS.CSV"]
)
def test_a_name_is_never_a_command(bench: Bench, name: str) -> None:
    bench.land(f"shop/2024-01-01/{name}", HEADER + "a,,,1,,\n")
    assert bench.ingest().rows_kept == 1
    assert bench.query("select source_file from raw.load_ledger") == [(f"shop/2024-01-01/{name}",)]


# YAML

BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'x: !!python/object/apply:os.system ["touch /tmp/kuota_was_here"]\n',
            "line 1: not valid YAML: could not determine",
        ),
        ("x: !!python/name:os.system\n", "line 1: not valid YAML"),
        ("a0: &a0 [x]\n" + BOMB, "it holds more than 100,000 values; write it without references"),
        ("a: &a [*a]\n", "nested too deeply, or contain themselves"),
        ("[" * 200_000, "nested too deeply, or contain themselves"),
        ("- " * 200_000, "nested too deeply, or contain themselves"),
        ("[" * 5000 + "]" * 5000, "nested too deeply, or contain themselves"),
        ("a: \x00\n", "not readable as UTF-8 YAML"),
        ("a: 1\n- b\n", "not valid YAML"),
        ("<<: *nothing\n", "not valid YAML"),
    ],
)
def test_a_yaml_file_builds_no_objects_and_does_not_explode(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "settings.yml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as error:
        load_yaml(path)
    assert str(error.value).startswith(str(path)) and words in str(error.value)
    assert not Path("/tmp/kuota_was_here").exists()
