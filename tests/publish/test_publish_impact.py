import dataclasses
import json

import duckdb
import pytest
from busy_company import DATED_BY, write_manifest
from small_company import RAW_KEYS, TIES, UNIQUE, at, build, checked, settings_in

from orchestration.publish import publish_quality
from orchestration.publish.impact import marts_built_from
from orchestration.warehouse import connect

PARENTS = {
    "staging.stg_deals": ["raw.shop__deal"],
    "intermediate.int_deals": ["staging.stg_deals"],
    "marts.fct_deals": ["intermediate.int_deals"],
    "marts.mart_win_rate": ["marts.fct_deals", "marts.dim_dates"],
    "marts.dim_dates": ["intermediate.int_dates"],
    "marts.mart_calls": ["marts.dim_dates", "raw.shop__call"],
}


def test_a_table_affects_the_marts_that_take_figures_from_it_what_people_read_first():
    assert marts_built_from(PARENTS, "raw.shop__deal") == ["mart_win_rate", "fct_deals"]
    assert marts_built_from(PARENTS, "raw.shop__call") == ["mart_calls"]


def test_a_mart_affects_itself_and_a_wrong_calendar_affects_all_that_is_dated():
    assert marts_built_from(PARENTS, "marts.fct_deals") == ["mart_win_rate", "fct_deals"]
    assert marts_built_from(PARENTS, "intermediate.int_dates") == ["mart_calls", "mart_win_rate", "dim_dates"]


@pytest.fixture
def settings(tmp_path):
    settings = settings_in(tmp_path / "home")
    build(settings)
    with connect(settings.warehouse) as connection:
        connection.execute("""
            create or replace table raw.crm__opportunity as
            select
                id as opportunity_id, created as created_at, closed as close_date, '2018-01-01' as updated_at,
                null::timestamp as _superseded_at, false as _is_tombstone
            from (values
                ('1', '2017-04-03T10:00:00Z', '2017-11-20'), ('2', '2016-12-31', '1899-12-30'), ('3', '', 'soon')
            ) as deals(id, created, closed)
        """)
    return settings


@pytest.fixture
def with_manifest(settings):
    """The same, with a manifest of dbt that describes its tables."""
    write_manifest(settings, DATED_BY | {"raw.stale": ["closed_on"], "marts.mart_of_yesterday": ["period_start"]})
    return settings


def impact(settings, check, sample_keys, status="failed"):
    checked(settings, check, status, at("10:30"), run_id="run-2")
    with connect(settings.warehouse) as connection:
        connection.execute("update quality.check_result set sample_keys = ? where run_id = 'run-2'", [sample_keys])
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-2")
    with duckdb.connect(str(settings.published / "kuota_quality.duckdb"), read_only=True) as connection:
        return connection.execute("select marts, first_on, last_on, dates_of from quality.check_impact").fetchall()


def span_of(rows):
    [(_, first, last, dates_of)] = rows
    return (first and first.isoformat(), last and last.isoformat(), dates_of)


@pytest.mark.parametrize(
    ("sample", "span"),
    [
        # the time of an update is not a date on which the row counts
        ([{"opportunity_id": "1"}], ("2017-04-03", "2017-11-20", "sample_rows")),
        # 1899 is what a spreadsheet makes of an empty cell
        ([{"opportunity_id": "2", "deals": 7}], ("2016-12-31", "2016-12-31", "sample_rows")),
        ([{"opportunity_id": "1"}, {"opportunity_id": "2"}], ("2016-12-31", "2017-11-20", "sample_rows")),
        # its rows have no date, or it names none of the table's columns: any row may be one
        ([{"opportunity_id": "3"}], ("2016-12-31", "2017-11-20", "table")),
        ([{"user_id": "900", "deals": 7}], ("2016-12-31", "2017-11-20", "table")),
        (["crm:1"], ("2016-12-31", "2017-11-20", "table")),
    ],
)
def test_the_periods_are_those_of_the_sample_rows_else_of_the_table(with_manifest, sample, span):
    assert span_of(impact(with_manifest, RAW_KEYS, json.dumps(sample))) == span


@pytest.mark.parametrize("sample_keys", ["not json", '{"opportunity_id": "1"}', "7"])
def test_a_sample_that_is_not_a_list_of_rows_is_ignored(with_manifest, sample_keys):
    assert span_of(impact(with_manifest, RAW_KEYS, sample_keys))[2] == "table"


def test_a_check_that_broke_or_whose_table_is_gone_or_without_dates_has_no_periods(with_manifest):
    assert span_of(impact(with_manifest, RAW_KEYS, None, status="errored")) == (None, None, None)
    checked(with_manifest, RAW_KEYS, "passed", at("10:31"))
    assert span_of(impact(with_manifest, UNIQUE, '[{"opportunity_id": "crm:1"}]')) == (None, None, None)
    checked(with_manifest, UNIQUE, "passed", at("10:31"))
    gone = dataclasses.replace(TIES, target="marts.mart_of_yesterday")
    assert span_of(impact(with_manifest, gone, "[]")) == (None, None, None)


def test_a_view_that_cannot_be_queried_loses_the_periods_and_not_the_page(with_manifest):
    with connect(with_manifest.warehouse) as connection:
        connection.execute("create table raw.passing as select date '2017-01-01' as closed_on")
        connection.execute("create view raw.stale as select closed_on from raw.passing")
        connection.execute("drop table raw.passing")
    assert span_of(impact(with_manifest, dataclasses.replace(RAW_KEYS, target="raw.stale"), "[]")) == (None, None, None)


def test_without_a_manifest_of_dbt_a_check_has_no_periods(settings):
    assert span_of(impact(settings, RAW_KEYS, '[{"opportunity_id": "1"}]')) == (None, None, None)


def test_affected_marts_are_named_if_dbt_has_a_manifest(settings):
    assert impact(settings, UNIQUE, "[]")[0][0] == ["fct_credits"]
    write_manifest(settings)
    assert impact(settings, UNIQUE, "[]")[0][0] == [
        "mart_restated_share",
        "mart_restatement",
        "mart_win_rate",
        "fct_credits",
    ]


def test_a_check_that_passes_affects_nothing(settings):
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-1")
    with duckdb.connect(str(settings.published / "kuota_quality.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from quality.check_impact").fetchone() == (0,)
