"""Which Great Expectations types a suite may use, and with which kwargs: those that DuckDB answers by SQL push-down.

Written down here, and held to Great Expectations by a test, because its import takes seconds and the suites are read
whenever Dagster loads. Not in the list because they do not run on DuckDB: regex, of_type, quantiles.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*$")]
Bound = int | float | date


def _query_reads_the_batch(query: str) -> str:
    if "{batch}" not in query:
        raise ValueError("write {batch} where the query reads the checked table")
    return query


class Kwargs(BaseModel):
    """Base of all kwargs: an unknown name is an error."""

    model_config = ConfigDict(extra="forbid")


class OfTable(Kwargs):
    """Expectations without kwargs of their own."""


class OfColumn(Kwargs):
    """Each value of a column; `mostly` is the share of rows that must hold, 1 by default."""

    column: Identifier
    mostly: float = Field(default=1, ge=0, le=1)


class OfColumnAndSet(OfColumn):
    """Values against a set."""

    value_set: list[Any]


class OfColumnBetween(OfColumn):
    """Values between two inclusive bounds; a bound that is absent is open."""

    min_value: Bound | None = None
    max_value: Bound | None = None
    strict_min: bool = False
    strict_max: bool = False


class OfColumnLength(OfColumn):
    """Text lengths between two inclusive bounds."""

    min_value: int | None = None
    max_value: int | None = None


class OfColumnAggregate(Kwargs):
    """One figure of a column between two inclusive bounds."""

    column: Identifier
    min_value: Bound | None = None
    max_value: Bound | None = None


class OfDistinctValues(Kwargs):
    """The distinct values of a column against a set."""

    column: Identifier
    value_set: list[Any]


class OfColumnExistence(Kwargs):
    """A column by its name."""

    column: Identifier


class OfPair(Kwargs):
    """Two columns of a row; `ignore_row_if` says which rows with a missing value are skipped."""

    column_A: Identifier
    column_B: Identifier
    ignore_row_if: str = "both_values_are_missing"
    mostly: float = Field(default=1, ge=0, le=1)


class OfPairOrder(OfPair):
    """Column A above column B."""

    or_equal: bool = False


class OfColumns(Kwargs):
    """Several columns together. Null never equals null here: use it if none of them may be null."""

    column_list: list[Identifier] = Field(min_length=2)
    mostly: float = Field(default=1, ge=0, le=1)


class OfRowCount(Kwargs):
    """A number of rows."""

    value: int = Field(ge=0)


class OfRowCountBetween(Kwargs):
    """A number of rows between two inclusive bounds."""

    min_value: int | None = Field(default=None, ge=0)
    max_value: int | None = Field(default=None, ge=0)


class OfColumnSet(Kwargs):
    """The columns of the table; `exact_match: false` allows further ones."""

    column_set: list[Identifier]
    exact_match: bool = True


class OfQuery(Kwargs):
    """A query over `{batch}` that returns the rows that are wrong."""

    unexpected_rows_query: Annotated[str, AfterValidator(_query_reads_the_batch)]


VOCABULARY: dict[str, tuple[str, type[Kwargs]]] = {
    "expect_column_values_to_not_be_null": ("{}_is_filled", OfColumn),
    "expect_column_values_to_be_null": ("{}_is_empty", OfColumn),
    "expect_column_values_to_be_unique": ("{}_is_unique", OfColumn),
    "expect_column_values_to_be_in_set": ("{}_is_known", OfColumnAndSet),
    "expect_column_values_to_not_be_in_set": ("{}_is_allowed", OfColumnAndSet),
    "expect_column_values_to_be_between": ("{}_is_in_range", OfColumnBetween),
    "expect_column_value_lengths_to_be_between": ("length_of_{}_is_in_range", OfColumnLength),
    "expect_column_max_to_be_between": ("maximum_of_{}_is_in_range", OfColumnAggregate),
    "expect_column_min_to_be_between": ("minimum_of_{}_is_in_range", OfColumnAggregate),
    "expect_column_sum_to_be_between": ("sum_of_{}_is_in_range", OfColumnAggregate),
    "expect_column_unique_value_count_to_be_between": ("distinct_count_of_{}_is_in_range", OfColumnAggregate),
    "expect_column_distinct_values_to_be_in_set": ("values_of_{}_are_known", OfDistinctValues),
    "expect_column_distinct_values_to_contain_set": ("values_of_{}_are_complete", OfDistinctValues),
    "expect_column_distinct_values_to_equal_set": ("values_of_{}_are_as_listed", OfDistinctValues),
    "expect_column_to_exist": ("{}_exists", OfColumnExistence),
    "expect_column_pair_values_to_be_equal": ("{}_equals_{}", OfPair),
    "expect_column_pair_values_a_to_be_greater_than_b": ("{}_is_above_{}", OfPairOrder),
    "expect_compound_columns_to_be_unique": ("{}_is_unique", OfColumns),
    "expect_table_row_count_to_equal": ("row_count_is_as_expected", OfRowCount),
    "expect_table_row_count_to_be_between": ("row_count_is_in_range", OfRowCountBetween),
    "expect_table_columns_to_match_set": ("columns_are_as_listed", OfColumnSet),
    "unexpected_rows_expectation": ("query", OfQuery),
}


def kwargs_complaint(expectation_type: str, kwargs: dict[str, Any]) -> str | None:
    """What is wrong with the kwargs of a known type, in one line; None if nothing is."""
    model = VOCABULARY[expectation_type][1]
    try:
        model.model_validate(kwargs)
    except ValidationError as error:
        known = ", ".join(model.model_fields) or "no kwargs"
        problems = "; ".join(f"{'.'.join(map(str, it['loc']))}: {it['msg'].lower()}" for it in error.errors())
        return f"{problems}; {expectation_type} takes {known}"
    return None


def check_name(expectation_type: str, kwargs: dict[str, Any], name: str | None) -> str:
    """A name that says the rule and is unique in its target: `gx_` and `name`, else such as `gx_rep_id_is_filled`."""
    if name:
        return f"gx_{name}"
    columns = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    return "gx_" + VOCABULARY[expectation_type][0].format(*(columns or ["_".join(kwargs.get("column_list", []))]))
