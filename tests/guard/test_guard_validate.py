import json
import subprocess
import sys

import pytest
from guard_home import SettingsWithOwnSuites

from orchestration import warehouse
from orchestration.guard import CheckResult, validate


@pytest.fixture(scope="module")
def results(settings: SettingsWithOwnSuites) -> dict[tuple[str, str], CheckResult]:
    return {(it.target, it.check_name): it for it in validate(settings, "raw", run_id="run-1")}


def test_a_failure_is_counted_over_the_current_rows_and_names_them(
    results: dict[tuple[str, str], CheckResult],
) -> None:
    # four of the six rows are current, one of them has no stage
    result = results["raw.crm__deal", "gx_stage_is_filled"]
    assert (result.status, result.unexpected_count, result.element_count) == ("failed", 1, 4)
    assert json.loads(result.sample_keys or "") == [{"deal_id": "d2", "stage": None}]
    assert (result.severity, result.owner, result.fix) == (
        "critical",
        "team:sales-operations",
        "Set the stage in the CRM.",
    )


def test_every_row_of_a_repeated_key_counts_and_the_key_is_named_once(
    results: dict[tuple[str, str], CheckResult],
) -> None:
    result = results["raw.crm__deal", "gx_deal_id_is_unique"]
    assert (result.unexpected_count, json.loads(result.sample_keys or "")) == (2, [{"deal_id": "d2"}])


def test_an_sql_expectation_counts_and_names_its_rows(results: dict[tuple[str, str], CheckResult]) -> None:
    result = results["raw.crm__deal", "gx_amount_is_not_negative"]
    assert (result.status, result.unexpected_count, result.element_count) == ("failed", 1, 4)
    assert json.loads(result.sample_keys or "") == [{"deal_id": "d3", "amount": "-5"}]


def test_a_check_that_cannot_be_computed_is_errored_not_failed(results: dict[tuple[str, str], CheckResult]) -> None:
    result = results["raw.crm__deal", "gx_no_such_column_is_known"]
    assert (result.status, result.unexpected_count) == ("errored", None)
    assert '"no_such_column"' in result.observed


def test_a_missing_table_is_errored(results: dict[tuple[str, str], CheckResult]) -> None:
    result = results["raw.crm__forgotten", "gx_forgotten_id_is_filled"]
    assert (result.status, result.observed) == ("errored", "there is no table raw.crm__forgotten")


def test_a_check_of_the_whole_table_says_what_it_saw(results: dict[tuple[str, str], CheckResult]) -> None:
    result = results["raw.crm__rep", "gx_row_count_is_in_range"]
    assert (result.status, result.observed) == ("failed", "observed 2")


def test_a_check_that_passes_says_so(results: dict[tuple[str, str], CheckResult]) -> None:
    result = results["raw.crm__rep", "gx_rep_id_is_filled"]
    assert (result.status, result.observed, result.sample_keys) == ("passed", "0 unexpected of 2", None)


def test_an_object_that_was_not_delivered_gets_no_result(results: dict[tuple[str, str], CheckResult]) -> None:
    assert "raw.crm__lead" not in {target for target, _ in results}


def test_results_are_kept_and_a_writer_may_open_the_file_at_once(
    settings: SettingsWithOwnSuites, results: dict[tuple[str, str], CheckResult]
) -> None:
    with warehouse.connect(settings.warehouse) as connection:
        kept = connection.execute(
            "select target, check_name, status from quality.check_result where run_id = 'run-1'"
        ).fetchall()
    assert sorted(kept) == sorted((*key, result.status) for key, result in results.items())


def test_another_process_may_write_while_the_results_are_still_held(
    settings: SettingsWithOwnSuites, results: dict[tuple[str, str], CheckResult]
) -> None:
    # as the dbt child does
    code = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create or replace table t as select 1')"
    subprocess.run([sys.executable, "-c", code, str(settings.warehouse)], check=True)


def test_only_the_tables_asked_for_are_checked(settings: SettingsWithOwnSuites) -> None:
    lines: list[str] = []
    subset = validate(settings, "raw", run_id="run-2", targets=["raw.crm__rep"], progress=lines.append)
    assert {it.target for it in subset} == {"raw.crm__rep"}
    assert lines == ["raw.crm__rep: 1 passed, 1 warned"]


def test_importing_the_room_does_not_import_great_expectations() -> None:
    code = "import sys, orchestration.guard; sys.exit('great_expectations' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
