import dataclasses

import pytest
from small_company import CHECKS, MODELS, RAW_KEYS, TIES, UNIQUE, at, build, built, checked, settings_in

from orchestration.publish import unmet_conditions
from orchestration.warehouse import connect


@pytest.fixture
def settings(tmp_path):
    settings = settings_in(tmp_path)
    build(settings)
    return settings


def unmet(settings, models=MODELS, checks=CHECKS):
    with connect(settings.warehouse) as connection:
        return unmet_conditions(connection, models, checks)


def test_a_build_that_is_whole_and_checked_may_be_published(settings):
    assert unmet(settings) == []


def test_a_model_that_was_never_built_is_named(settings):
    assert unmet(settings, MODELS | {"marts.dim_reps": []}) == ["marts.dim_reps was never built: run `kuota run`."]


def test_a_mart_whose_table_is_gone_is_named(settings):
    with connect(settings.warehouse) as connection:
        connection.execute("drop table marts.mart_win_rate")
    assert unmet(settings) == [
        "marts.mart_win_rate was built at 2018-01-02 10:02:00 UTC but is no longer in the warehouse: run `kuota run`."
    ]


def test_a_model_older_than_its_parent_is_named_with_both_times(settings):
    built(settings, "staging.stg_crm__opportunities", at("10:02:30"))
    assert unmet(settings) == [
        "marts.fct_credits was built at 2018-01-02 10:02:00 UTC, before staging.stg_crm__opportunities that it is "
        "built from (2018-01-02 10:02:30 UTC): run `kuota run`.",
        "marts.publication was built at 2018-01-02 10:02:00 UTC, before staging.stg_crm__opportunities that it is "
        "built from (2018-01-02 10:02:30 UTC): run `kuota run`.",
    ]


def test_an_extract_loaded_after_the_build_and_not_checked_is_named(settings):
    with connect(settings.warehouse) as connection:
        connection.execute("update raw.load_ledger set loaded_at = ?", [at("10:30")])
    assert unmet(settings) == [
        "staging.stg_crm__opportunities was built at 2018-01-02 10:01:00 UTC, before raw.crm__opportunity that it is "
        "built from (2018-01-02 10:30:00 UTC): run `kuota run`.",
        "raw.crm__opportunity was loaded at 2018-01-02 10:30:00 UTC, but critical check gx_opportunity_id_is_filled of "
        "raw.crm__opportunity last ran at 2018-01-02 10:03:00 UTC: run `kuota run`.",
    ]


def test_a_failed_check_is_named_with_its_count_and_fix(settings):
    checked(settings, UNIQUE, "failed", at("10:04"), unexpected_count=3)
    assert unmet(settings) == [
        "marts.fct_credits: critical check unique_fct_credits failed at 2018-01-02 10:04:00 UTC (3 rows): "
        "Remove the second credit of the deal."
    ]


def test_a_check_that_could_not_run_is_not_reported_as_failed(settings):
    checked(settings, TIES, "errored", at("10:04"), observed="no column named rate")
    assert unmet(settings) == [
        "marts.mart_win_rate: critical check money_ties could not run at 2018-01-02 10:04:00 UTC "
        "(no column named rate): correct the check itself."
    ]


def test_a_failure_that_was_corrected_and_passed_again_no_longer_counts(settings):
    checked(settings, UNIQUE, "failed", at("10:04"), unexpected_count=3)
    checked(settings, UNIQUE, "passed", at("10:05"))
    assert unmet(settings) == []


def test_a_pass_and_a_failure_of_one_instant_count_as_a_failure(settings):
    checked(settings, UNIQUE, "failed", at("10:04"), unexpected_count=1)
    checked(settings, UNIQUE, "passed", at("10:04"))
    assert [line.split(" at ")[0] for line in unmet(settings)] == [
        "marts.fct_credits: critical check unique_fct_credits failed"
    ]


def test_a_mart_that_was_built_after_its_checks_is_refused_for_each_check_that_reads_it(settings):
    built(settings, "marts.fct_credits", at("11:00"))
    built(settings, "marts.mart_win_rate", at("11:00"))
    assert unmet(settings) == [
        "marts.fct_credits was built at 2018-01-02 11:00:00 UTC, but critical check unique_fct_credits of "
        "marts.fct_credits last ran at 2018-01-02 10:03:00 UTC: run `kuota run`.",
        "marts.fct_credits was built at 2018-01-02 11:00:00 UTC, but critical check money_ties of "
        "marts.mart_win_rate last ran at 2018-01-02 10:03:00 UTC: run `kuota run`.",
    ]


def test_a_check_counts_only_from_the_newest_of_all_tables_that_it_reads(settings):
    built(settings, "marts.fct_credits", at("11:00"))
    built(settings, "marts.mart_win_rate", at("12:00"))
    checked(settings, UNIQUE, "passed", at("11:30"))
    checked(settings, TIES, "passed", at("11:30"))
    assert unmet(settings) == [
        "marts.mart_win_rate was built at 2018-01-02 12:00:00 UTC, but critical check money_ties of "
        "marts.mart_win_rate last ran at 2018-01-02 11:30:00 UTC: run `kuota run`."
    ]


def test_a_check_that_has_never_run_is_named(settings):
    never = dataclasses.replace(UNIQUE, check_name="shares_sum_to_one")
    assert unmet(settings, checks=[*CHECKS, never]) == [
        "marts.fct_credits: critical check shares_sum_to_one has never run: run `kuota run`."
    ]


def test_a_build_test_holds_for_later_builds_until_it_fails(settings):
    grain = dataclasses.replace(UNIQUE, check_name="one_row_per_int_deals", runs_every_time=False)
    checks = [grain, RAW_KEYS]
    assert unmet(settings, checks=checks) == [
        "marts.fct_credits: critical check one_row_per_int_deals has never run: run `kuota run --rebuild`."
    ]
    checked(settings, grain, "passed", at("09:00"))
    assert unmet(settings, checks=checks) == []  # older than the build, which did not have to run it
    checked(settings, grain, "failed", at("09:30"), unexpected_count=2)
    built(settings, "marts.fct_credits", at("11:00"))
    built(settings, "marts.mart_win_rate", at("11:00"))
    assert unmet(settings, checks=checks) == [
        "marts.fct_credits: critical check one_row_per_int_deals failed at 2018-01-02 09:30:00 UTC (2 rows): "
        "Remove the second credit of the deal."
    ]
    checked(settings, grain, "passed", at("12:00"))
    assert unmet(settings, checks=checks) == []


@pytest.mark.parametrize(
    "emptied", ["delete from raw.crm__opportunity", "update raw.crm__opportunity set _is_tombstone = true"]
)
def test_a_source_that_delivered_nothing_needs_no_check(settings, emptied):
    with connect(settings.warehouse) as connection:
        connection.execute(emptied)
        connection.execute("delete from quality.check_result where room = 'raw'")
    assert unmet(settings) == []


def test_rows_that_no_check_has_looked_at_are_refused(settings):
    with connect(settings.warehouse) as connection:
        connection.execute("delete from quality.check_result where room = 'raw'")
    assert unmet(settings) == [
        f"raw.crm__opportunity: critical check {RAW_KEYS.check_name} has never run: run `kuota run`."
    ]


def test_an_empty_warehouse_has_built_nothing(tmp_path):
    assert unmet(settings_in(tmp_path / "new"), checks=[])[0] == ("marts.fct_credits was never built: run `kuota run`.")
