import duckdb

from orchestration.table_metadata import table_metadata


def test_a_table_shows_its_rows_and_its_columns_with_their_descriptions() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table deals as select 1 as deal_id, 'x' as name from range(3)")
        found = table_metadata(connection, [("main", "deals"), ("main", "none")], {"main.deals": {"name": "Its name."}})
    assert list(found) == ["main.deals"]
    assert found["main.deals"]["dagster/row_count"] == 3
    columns = found["main.deals"]["dagster/column_schema"].columns
    assert [(it.name, it.type, it.description) for it in columns] == [
        ("deal_id", "integer", None),
        ("name", "varchar", "Its name."),
    ]


def test_a_view_that_fails_has_no_number_of_rows_and_costs_nothing_else() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table texts as select 'x' as text")
        connection.execute("create view numbers as select text::integer as number from texts where text::integer > 0")
        [shown] = table_metadata(connection, [("main", "numbers")], {}).values()
    assert set(shown) == {"dagster/column_schema"}
