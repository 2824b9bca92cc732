"""One writer at a time, whoever it is."""

import os
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from dagster import build_resources

from orchestration.cli import main
from orchestration.errors import LockHeld
from orchestration.run_lock import run_lock
from orchestration.settings import PROJECT, Settings
from orchestration.warehouse import writer_lock
from tests.orchestration.other_writer import HOLD, another_process
from tests.orchestration.small_landing import FILES, land, settings_in


def test_a_second_process_is_refused_with_the_holders_number(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with (
        another_process(settings) as holder,
        pytest.raises(LockHeld, match=f"process {holder.pid}"),
        writer_lock(settings.lock_file),
    ):
        pass


def test_a_process_may_take_its_own_lock_again_and_keeps_it_until_the_first_ends(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with writer_lock(settings.lock_file):
        with writer_lock(settings.lock_file):
            pass
        assert refused_elsewhere(settings)
    assert not refused_elsewhere(settings)


def refused_elsewhere(settings: Settings) -> bool:
    finished = subprocess.run(
        [sys.executable, "-c", HOLD],
        cwd=PROJECT,
        env={**os.environ, "KUOTA_HOME": str(settings.home)},
        input="\n",
        capture_output=True,
        text=True,
    )
    return "LockHeld" in finished.stderr


def test_the_lock_dies_with_a_killed_process(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with another_process(settings) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with writer_lock(settings.lock_file):
            pass


def test_an_error_in_the_block_frees_the_lock(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with pytest.raises(ZeroDivisionError), writer_lock(settings.lock_file):
        raise ZeroDivisionError
    assert not refused_elsewhere(settings)


def test_a_run_holds_the_lock_from_its_first_step_to_its_last(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with build_resources({"run_lock": run_lock(settings.lock_file)}):
        assert refused_elsewhere(settings)
    assert not refused_elsewhere(settings)


def test_a_run_waits_for_a_writer_of_seconds_and_gives_up_on_a_longer_one(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with another_process(settings) as holder:
        impatient = run_lock(settings.lock_file, wait_seconds=0)
        with pytest.raises(Exception, match="run_lock") as raised, build_resources({"run_lock": impatient}):
            pass
        assert isinstance(raised.value.__cause__, LockHeld)
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()
        with build_resources({"run_lock": run_lock(settings.lock_file, wait_seconds=20)}):
            pass


def test_the_command_line_ends_with_4_and_one_line_where_another_run_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    land(settings, FILES)
    with another_process(settings) as holder:
        ended = in_home(settings, monkeypatch, ["run"])
    assert ended.exit_code == 4
    assert f"error: {settings.lock_file}: another run is writing (process {holder.pid})" in ended.output


def test_the_command_line_ends_with_2_and_writes_nothing_where_a_setting_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    land(settings, {**FILES, "settings.yml": "fiscal_year: 1\n"})
    ended = in_home(settings, monkeypatch, ["run"])
    assert ended.exit_code == 2
    assert "settings.yml, line 1: unknown setting 'fiscal_year'" in ended.output
    assert not settings.home.exists()


def test_what_is_not_a_date_ends_with_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = in_home(settings_in(tmp_path), monkeypatch, ["run", "--as-of", "31/12/2017"])
    assert ended.exit_code == 2
    assert "'31/12/2017' is not a date; write it as YYYY-MM-DD." in ended.output


def test_status_of_a_home_where_nothing_ran_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = in_home(settings_in(tmp_path), monkeypatch, ["status"])
    assert ended.exit_code == 0
    assert "nothing yet" in ended.output and "kuota run" in ended.output


def test_the_command_line_knows_its_version() -> None:
    ended = CliRunner().invoke(main, ["--version"])
    assert (ended.exit_code, ended.output) == (0, f"kuota, version {metadata.version('kuota')}\n")


def in_home(settings: Settings, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> Result:
    monkeypatch.setenv("KUOTA_HOME", str(settings.home))
    monkeypatch.setenv("KUOTA_LANDING", str(settings.landing))
    monkeypatch.delenv("KUOTA_WAREHOUSE", raising=False)
    return CliRunner().invoke(main, words)
