"""What models that count week by week keep of an earlier build, and when they keep nothing."""

from pathlib import Path
from typing import Any

import pytest
from dbt_child import dbt

from orchestration.settings import Settings
from orchestration.warehouse import connect

COUNTED = {
    f"int_collection_{name}"
    for name in (
        *("rows_counted", "fields_filled", "categories_counted", "values_binned"),
        *("repeats_counted", "trails_counted", "edits_counted"),
    )
}
PROFILE = "int_collection_profiles_measured"
# what is counted, as the models upstream would place it: forty weeks of two objects of two sources
RECORDS = """
create table intermediate.int_collection_records_placed as
select
    'crm' || (number % 2) as source,
    object,
    dated_by,
    if(object = 'activity', 'call', '') as record_type,
    'K' || number as record_key,
    'R' || (number % 7) as owner_rep_id,
    null::varchar as pipeline,
    date '2025-01-06' + (number % 280)::integer as dated_on,
    number % 13 = 0 as is_copy,
    dated_on::timestamp + to_minutes(number % 1440) as happened_at,
    dated_on::timestamp + to_hours(number % 90) as logged_at,
    'D' || number as opportunity_id,
    if(number % 3 = 0, null, 'outbound') as direction,
    'reached' as outcome,
    number % 11 as quantity,
    'USD' as currency,
    'A' || (number % 5) as account_id,
    'new' as opportunity_type,
    if(number % 4 = 0, 'price', 'timing') as loss_reason,
    null::varchar as label,
    true as is_closed,
    number % 2 = 0 as is_won,
    'T' || (number % 3) as team_id,
    date_trunc('week', dated_on)::date as week_start,
    dated_by = 'close_date' and number % 5 = 0 as has_trail
from range(6000) as numbers (number)
cross join (values ('activity', 'rows'), ('opportunity', 'rows'), ('opportunity', 'close_date')) as _ (object, dated_by)
"""
EDITS = """
create table intermediate.int_collection_edits_placed as
select
    source, object, 'updated_at' as field, record_key as record_id, null::varchar as edited_by,
    happened_at as edited_at, team_id, week_start
from intermediate.int_collection_records_placed
where dated_by = 'close_date'
"""
ARRIVALS = """
create table intermediate.int_collection_arrivals_dated as
select source, object, dated_by as field, team_id, pipeline, week_start, record_type, record_key, 3 as lag_days
from intermediate.int_collection_records_placed
where dated_by = 'close_date'
"""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A warehouse with the records of a profile and nothing else."""
    settings = Settings(home=tmp_path, landing=tmp_path / "landing", warehouse=tmp_path / "warehouse" / "kuota.duckdb")
    settings.landing.mkdir()
    execute(settings, "create schema intermediate", RECORDS, EDITS, ARRIVALS)
    return settings


def execute(settings: Settings, *statements: str) -> None:
    """Run statements on the warehouse."""
    with connect(settings.warehouse) as connection:
        for statement in statements:
            connection.execute(statement)


def count_weeks(settings: Settings, *words: str) -> None:
    """Run the models that count what the records are now."""
    models = ["int_collection_weeks_fingerprinted", *sorted(COUNTED), "int_collection_categories_named", PROFILE]
    finished = dbt(settings, "run", *words, "--select", *models)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def tables(settings: Settings, *names: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of tables, in order."""
    with connect(settings.warehouse, read_only=True) as connection:
        return {
            name: connection.execute(f"select * from intermediate.{name} order by all").fetchall() for name in names
        }


def test_weeks_that_changed_are_counted_again_and_no_others(home: Settings) -> None:
    count_weeks(home)
    before = tables(home, *COUNTED, PROFILE)
    assert all(before.values())
    # a mark on each row: what is counted again has none
    execute(home, *(f"update intermediate.{name} set row_count = row_count + 1000000" for name in COUNTED))
    records = "intermediate.int_collection_records_placed"
    execute(
        home,
        # a deal and a call say something else, a week is gone, and a new one has come
        f"update {records} set quantity = 99 where week_start = '2025-03-03' and record_key = 'K56'",
        f"delete from {records} where source = 'crm0' and week_start = '2025-03-10'",
        f"insert into {records} select * replace (date '2025-10-13' as week_start) from {records} "
        "where source = 'crm0' and week_start = '2025-01-13'",
    )
    count_weeks(home)
    counted_again = (
        "select distinct source, week_start::varchar from intermediate.{} where row_count < 1000000 order by all"
    )
    with connect(home, read_only=True) as connection:
        again = {name: connection.execute(counted_again.format(name)).fetchall() for name in COUNTED}
    # of the week without records its edits and arrivals are left
    gone, changed, new = ("crm0", "2025-03-10"), ("crm0", "2025-03-03"), ("crm0", "2025-10-13")
    assert again == {
        name: {
            "int_collection_edits_counted": [changed, gone],
            "int_collection_values_binned": [changed, gone, new],
        }.get(name, [changed, new])
        for name in COUNTED
    }
    execute(
        home,
        *(
            f"update intermediate.{name} set row_count = row_count - 1000000 where row_count > 1000000"
            for name in COUNTED
        ),
    )
    kept = tables(home, *COUNTED)
    count_weeks(home, "--full-refresh")
    anew = tables(home, *COUNTED, PROFILE)
    assert kept == {name: anew[name] for name in COUNTED}
    assert anew[PROFILE] != before[PROFILE]
