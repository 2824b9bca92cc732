"""The two critical checks of what ingest recorded: an extract that is held back, and one that is mostly set aside."""

from pathlib import Path

import duckdb
import pytest
from compiled_project import SETTINGS, CompiledProject, compiled_project

from orchestration.ingest import ingest
from orchestration.settings import Settings

HELD_BACK = "assert_no_extract_is_held_back"
SET_ASIDE = "assert_most_rows_are_usable"
RATES = "month,currency,rate_to_reporting\n"


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    return compiled_project(tmp_path_factory, SETTINGS)


def _messages(project: CompiledProject, tmp_path: Path, check: str, files: dict[str, str]) -> list[str]:
    """What the check says after one more run with these files."""
    settings = Settings(home=tmp_path, landing=tmp_path / "landing", warehouse=tmp_path / "kuota.duckdb")
    for name, text in {"settings.yml": "", **files}.items():
        path = settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SETTINGS + text if name == "settings.yml" else text)
    ingest(settings, run_id="run")
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return [row[-1] for row in connection.execute(project.data_tests[check]).fetchall()]


def _accounts(count: int) -> str:
    return "account_id,name\n" + "".join(f"A{number},Name {number}\n" for number in range(count))


def _rates(good: int, bad: int) -> str:
    # Jul-26 is not a month
    return RATES + "".join(f"2025-0{number + 1},EUR,1.1\n" for number in range(good)) + "Jul-26,EUR,1.1\n" * bad


def test_a_held_back_extract_blocks_until_it_is_accepted_or_a_whole_one_follows(
    project: CompiledProject, tmp_path: Path
) -> None:
    stages = {"registers/2025-01-01/stage_map.csv": "source,pipeline,source_stage,stage,stage_order,is_closed,is_won\n"}
    first, short, whole = (f"generic/2025-0{month}-28/accounts.csv" for month in (1, 2, 3))
    assert not _messages(project, tmp_path, HELD_BACK, stages | {first: _accounts(131)})
    [message] = _messages(project, tmp_path, HELD_BACK, {short: _accounts(10)})
    assert message == (
        "generic/2025-02-28/accounts.csv is held back: 121 of the 131 known records of 'account' are missing from "
        "it (92 %). If they are really gone, write into landing/settings.yml: "
        "accepted_extracts: [{source: generic, object: account, date: 2025-02-28}]"
    )
    line = message.partition("settings.yml: ")[2]
    assert not _messages(project, tmp_path, HELD_BACK, {"settings.yml": line})
    assert _messages(project, tmp_path, HELD_BACK, {"settings.yml": ""}) == [message]
    assert not _messages(project, tmp_path, HELD_BACK, {whole: _accounts(131)})


@pytest.mark.parametrize(
    ("good", "bad", "is_blocked"),
    [(9, 3, True), (9, 2, False), (0, 1, True), (0, 2, True), (1, 1, False), (9, 0, False)],
    ids=["a quarter", "less", "the only row", "all", "one of two", "none"],
)
def test_a_register_of_which_most_rows_are_set_aside_blocks(
    project: CompiledProject, tmp_path: Path, good: int, bad: int, is_blocked: bool
) -> None:
    messages = _messages(project, tmp_path, SET_ASIDE, {"registers/2025-01-01/exchange_rates.csv": _rates(good, bad)})
    assert bool(messages) == is_blocked
    if is_blocked:
        assert messages[0].startswith(
            f"registers/2025-01-01/exchange_rates.csv: {bad} of {good + bad} rows are set aside, such as "
            f"registers/2025-01-01/exchange_rates.csv, line {good + 2}, column 'month': 'Jul-26' is not usable"
        )
        line = messages[0].partition("settings.yml: ")[2]
        assert not _messages(project, tmp_path, SET_ASIDE, {"settings.yml": line})


def test_a_later_register_that_is_right_ends_it(project: CompiledProject, tmp_path: Path) -> None:
    name = "registers/2025-0{}-01/exchange_rates.csv"
    assert _messages(project, tmp_path, SET_ASIDE, {name.format(1): _rates(0, 4)})
    assert not _messages(project, tmp_path, SET_ASIDE, {name.format(2): _rates(4, 0)})
