"""Errors that a person has to correct stop the run at once, with one line that names them; nothing is written."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import dirty_landing
import pytest
from dirty_landing import DAY
from kuota_home import Ended, KuotaHome, files_in

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTED = (PROJECT / "docs" / "bad-input.md").read_text(encoding="utf-8")


def unknown_setting(landing: Path) -> None:
    (landing / "settings.yml").write_text(dirty_landing.SETTINGS + "reporting_curency: USD\n")


def wrong_value_of_a_setting(landing: Path) -> None:
    (landing / "settings.yml").write_text("reporting_currency: USD\nfiscal_year_start_month: 13\n")


def unknown_source(landing: Path) -> None:
    dirty_landing.write(landing, {f"zoho/{DAY}/accounts.csv": "id,name\n"})


def folder_without_a_date(landing: Path) -> None:
    (landing / "generic" / DAY).rename(landing / "generic" / "january")


def required_column_missing(landing: Path) -> None:
    text = dirty_landing.DEALS.replace("owner_id", "owner")
    dirty_landing.write(landing, {f"generic/{DAY}/opportunities.csv": text})


def stage_map_missing(landing: Path) -> None:
    (landing / "registers" / DAY / "stage_map.csv").unlink()


def no_landing_folder(landing: Path) -> None:
    shutil.rmtree(landing)


REFUSED: dict[Callable[[Path], None], str] = {
    unknown_setting: (
        "<landing>/settings.yml, line 3: unknown setting 'reporting_curency'. Did you mean 'reporting_currency'?"
    ),
    wrong_value_of_a_setting: (
        "<landing>/settings.yml, line 2: 'fiscal_year_start_month' is 13; write a month from 1 to 12."
    ),
    unknown_source: (
        "<landing>/zoho: unknown source 'zoho'; known are crm_sales, generic, hubspot, pipedrive, registers, "
        "salesforce. Rename the folder or add sources/zoho.yml."
    ),
    folder_without_a_date: (
        "<landing>/generic/january: 'january' is not a date; name the folder after the time of the extract, "
        "such as 2017-12-31 or 2017-12-31T180000Z."
    ),
    required_column_missing: (
        f"generic/{DAY}/opportunities.csv, line 1: required column 'owner_id' is missing; the file has "
        "opportunity_id, owner, stage, created_at, amount, currency, close_date. "
        "Export it with the column, or correct sources/generic.yml."
    ),
    stage_map_missing: (
        "<landing>/registers: no stage_map.csv, but the stages of 'crm_sales' need one; "
        "put it into registers/<YYYY-MM-DD>/, one line per stage."
    ),
    no_landing_folder: (
        "<landing>: the landing folder does not exist; make it and put extracts in as <source>/<YYYY-MM-DD>/<files>."
    ),
}


@pytest.mark.parametrize(("spoil", "line"), REFUSED.items(), ids=[spoil.__name__ for spoil in REFUSED])
def test_a_wrong_landing_folder_is_refused_and_the_last_publish_stays(
    dirty_run: tuple[KuotaHome, Ended], tmp_path: Path, spoil: Callable[[Path], None], line: str
) -> None:
    kuota = KuotaHome(dirty_run[0].home, dirty_landing.write(tmp_path / "landing"))
    spoil(kuota.landing)
    before = files_in(kuota.home)
    refused = kuota.kuota("run")
    shown = line.replace("<landing>", str(kuota.landing)).replace("<project>", str(PROJECT))
    assert (refused.exit_code, refused.said, refused.complained) == (2, "", f"error: {shown}\n")
    assert files_in(kuota.home) == before
    assert f"`{line}`" in DOCUMENTED


def test_a_new_home_is_not_created_and_nothing_that_takes_seconds_is_imported(tmp_path: Path) -> None:
    kuota = KuotaHome(tmp_path / "home", dirty_landing.write(tmp_path / "landing"))
    required_column_missing(kuota.landing)
    refused, imported = kuota.imports("run")
    assert refused.exit_code == 2
    assert not kuota.home.exists()
    assert "duckdb" in imported
    assert imported & {"dagster", "dbt", "great_expectations", "numpy"} == set()


def test_a_wrong_key_in_a_source_file_is_refused(dirty_run: tuple[KuotaHome, Ended], tmp_path: Path) -> None:
    kuota, _ = dirty_run
    project = tmp_path / "project"
    for part in ("orchestration", "sources", "expectations", "dbt_project"):
        shutil.copytree(PROJECT / part, project / part, ignore=shutil.ignore_patterns("target", "__pycache__"))
    source = project / "sources" / "generic.yml"
    lines = source.read_text().splitlines()
    position = lines.index("needs_stage_map: true")
    source.write_text("\n".join([*lines[:position], "cadence: daily", *lines[position:]]) + "\n")
    before = files_in(kuota.home)
    # the working folder comes before the installed project on Python's path
    command = (sys.executable, "-c", "from orchestration.cli import main; main()")
    refused = kuota.kuota("run", command=command, cwd=project)
    line = (
        f"<project>/sources/generic.yml, line {position + 1}: unknown key 'cadence': remove it or correct its spelling."
    )
    shown = line.replace("<project>", str(project))
    assert (refused.exit_code, refused.said, refused.complained) == (2, "", f"error: {shown}\n")
    assert files_in(kuota.home) == before
    assert f"`{line}`" in DOCUMENTED


def test_help_lists_every_exit_code(tmp_path: Path) -> None:
    ended = KuotaHome(tmp_path / "home", tmp_path / "landing").kuota("run", "--help")
    assert ended.exit_code == 0
    codes = [line.split()[0] for line in ended.said.splitlines() if line.strip()[:1].isdigit()]
    assert codes == ["0", "1", "2", "3", "4", "130"]
    assert "KUOTA_HOME" in ended.said and "KUOTA_LANDING" in ended.said
