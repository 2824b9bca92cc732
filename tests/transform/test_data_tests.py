"""What a data test of a table's rows finds, and in which words."""

import duckdb
import pytest
from compiled_project import SETTINGS, compiled_project


def test_a_row_that_is_there_twice_and_a_missing_value_are_each_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    query = compiled_project(tmp_path_factory, SETTINGS).data_tests["one_row_per_int_opportunity_owner_history"]
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as kuota; use kuota; create schema intermediate")
        connection.execute(
            """
            create table intermediate.int_opportunity_owner_history as
            select * from (values
                ('generic:D1', date '2026-01-01'), ('generic:D1', date '2026-01-01'), ('generic:D1', date '2026-02-01'),
                ('generic:D2', date '2026-01-01'), ('generic:D3', null), ('generic:D4', null)
            ) as rows_of_it(opportunity_id, known_from)
            """
        )
        found = sorted(message for (message,) in connection.execute(query).fetchall())
    assert found == [
        "2 rows with opportunity_id generic:D1, known_from 2026-01-01",
        "column 'known_from' has no value; rows: 2",
    ]


def test_a_stage_of_a_deal_or_its_log_that_the_stage_map_lacks_is_named(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """One is unknown of two deals, another of a log; a known stage and that of a deleted deal are not named."""
    query = compiled_project(tmp_path_factory, SETTINGS).data_tests["assert_stages_are_mapped"]
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as kuota; use kuota; create schema intermediate")
        connection.execute(
            """
            create table intermediate.int_opportunity_history_validated as
            select *, 'default' as pipeline, null::date as known_to, 'deals.csv' as source_file from (values
                ('generic', 'generic:1', 'Demo', null, 2), ('generic', 'generic:2', 'Parked', null, 3),
                ('generic', 'generic:3', 'Parked', null, 4), ('generic', 'generic:4', 'Gone', 'deleted', 5)
            ) as deals(source, opportunity_id, source_stage, exclusion_reason, source_row);
            create table intermediate.int_stage_log_unioned as
            select *, opportunity_id as source_opportunity_id, 'log.csv' as source_file from (values
                ('generic:1', 'Trial', true, 6), ('generic:1', 'Demo', true, 7), ('generic:1', 'Left', false, 8)
            ) as log(opportunity_id, to_source_stage, is_in_force, source_row);
            create table intermediate.int_opportunity_records as
            select * from (values (null::varchar, null::varchar, null::varchar))
            as records(source_opportunity_id, source, pipeline);
            create table intermediate.int_stage_labels_mapped as
            select * from (values ('generic', 'default', 'Demo')) as labels(source, source_pipeline, source_stage)
            """
        )
        found = sorted(message for (*_, message) in connection.execute(query).fetchall())
    assert found == [
        "generic, pipeline default: 'Parked' (2 deals, first in deals.csv, line 3)",
        "generic, pipeline default: 'Trial' (1 deal, first in log.csv, line 6)",
    ]
