"""Small errors in SQL are made where they can be, and a seed always chooses the same."""

import pytest

from bench.sql_errors import KINDS, Mutant, choose, mutate

QUERY = """
with deals as (
    select owner_id, coalesce(amount, 0) as amount, case when is_won then true else false end as is_counted
    from raw_deals
    where closed_on <= '2025-06-30' and amount > 1
)
select reps.owner_id, sum(amount) as amount, count(*) as deal_count, max(closed_on) + 1 as next_day
from reps
left join deals on reps.owner_id = deals.owner_id
group by reps.owner_id
qualify row_number() over (order by amount desc) = 1
"""


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("<= becomes <", "closed_on <= '2025-06-30'", "closed_on < '2025-06-30'"),
        ("> becomes >=", "amount > 1", "amount >= 1"),
        ("left join becomes inner, or the other way", "LEFT JOIN deals", "JOIN deals"),
        ("sum becomes max", "SUM(amount)", "MAX(amount)"),
        ("count becomes count of distinct", "COUNT(*)", "COUNT(DISTINCT 1)"),
        ("coalesce is dropped", "COALESCE(amount, 0) AS amount", "amount AS amount"),
        ("order of a window is reversed", "ORDER BY amount DESC", "ORDER BY amount"),
        ("a day or a count is one more", "MAX(closed_on) + 1", "MAX(closed_on) + 2"),
        ("true becomes false, or the other way", "THEN TRUE ELSE FALSE", "THEN FALSE ELSE FALSE"),
    ],
)
def test_one_error_changes_one_place(kind: str, before: str, after: str) -> None:
    mutated = " ".join(mutate(QUERY, kind, 0).split())
    assert after in mutated
    assert before not in mutated.replace(after, "")


def test_the_rows_given_to_a_unit_test_are_no_place() -> None:
    given = (
        "with __dbt__cte__deals as (select coalesce(null, 1) as amount from x where amount <= 2) from __dbt__cte__deals"
    )
    with pytest.raises(ValueError, match="no place 0"):
        mutate(given, "coalesce is dropped", 0)


def test_the_order_of_a_median_is_no_place() -> None:
    kind = "order of a window is reversed"
    percentile = "select percentile_cont({}) within group (order by amount) from deals"
    assert "DESC" in mutate(percentile.format(0.9), kind, 0)
    with pytest.raises(ValueError, match="no place 0"):
        mutate(percentile.format(0.5), kind, 0)


def test_a_seed_chooses_one_error_a_model_and_the_kinds_in_turn() -> None:
    queries = {f"model_{number}": QUERY for number in range(len(KINDS) + 3)}
    chosen = choose(queries, lambda mutant: mutant.model != "model_0", 10, seed=13)
    assert len({mutant.model for mutant in chosen}) == len({mutant.kind for mutant in chosen}) == 10
    assert chosen == choose(queries, lambda mutant: mutant.model != "model_0", 10, seed=13)
    assert Mutant("model_0", "sum becomes max", 0) not in chosen
