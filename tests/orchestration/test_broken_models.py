"""What a person reads when a model could not be built."""

import duckdb
import pytest

from orchestration.transform.assets import broken_models
from orchestration.transform.build import NodeResult


def failed(message: str) -> NodeResult:
    return NodeResult("model.kuota.int_deals", "error", message, 0.1, "")


def test_a_model_that_needs_more_memory_says_where_to_give_it() -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as error:
        connection.execute("set memory_limit = '20MB'; set max_temp_directory_size = '0MB'")
        connection.execute("select list(number order by hash(number)) from range(10_000_000) as numbers(number)")
    first, hint = broken_models([failed(str(error.value))])
    assert first.startswith("int_deals: Out of Memory")
    assert "KUOTA_MEMORY_LIMIT" in hint


def test_a_model_whose_input_was_never_built_says_what_to_run() -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as error:
        connection.execute("from deals")
    first, hint = broken_models([failed(str(error.value))])
    assert first.startswith("int_deals: Catalog Error") and "`refresh`" in hint


def test_another_error_has_no_hint() -> None:
    assert broken_models([failed("Binder Error: no column amount")]) == ["int_deals: Binder Error: no column amount"]
