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
