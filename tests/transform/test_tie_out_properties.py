"""Tie-outs of random companies: whatever was read, the steps lead from it to the published figure, to the cent."""

from collections.abc import Iterator
from itertools import product
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from memory_warehouse import AS_OF_AT, MemoryWarehouse
from random_companies import LAST_DAY, Company, companies, damaged

READ_ON, EARLIER, ADDS_UP = "2025-06-05", "2025-05-31 10:00:00", "assert_tie_outs_add_up"
SCOPES = (("company", "company"), ("team", "north"), ("rep", "r1"), ("rep", "unassigned"))
PERIODS = (("week", "2025-05-11"), ("month", "2025-05-01"), ("quarter", "2025-02-01"), ("year", "2025-01-01"))
METRICS = ("revenue_won", "deals_won", "calls", "meetings")
# each example builds a company and ties out seventy totals
FEW = settings(max_examples=8, deadline=None, derandomize=True, database=None, phases=[Phase.generate])


@pytest.fixture(scope="module")
def with_an_earlier_extract(warehouse: MemoryWarehouse) -> Iterator[MemoryWarehouse]:
    ledger = "raw.load_ledger by name select 'generic' as source, 'opportunity' as object, true as is_full"
    warehouse.rows(f"insert into {ledger}, timestamp '{EARLIER}' as extracted_at")
    yield warehouse
    warehouse.rows(f"delete from raw.load_ledger where extracted_at = timestamp '{EARLIER}'")


def with_history(company: Company, random: Random) -> Company:
    """Some deals were delivered earlier, some of these with another owner, amount or stage."""
    deals = []
    for deal in company["stg_generic__opportunities"]:
        deals.append(deal)
        if random.random() < 0.7:
            changes = [{}, {"owner_reference": "r2"}, {"amount": "77.77"}, {"source_stage": "Won"}, {"currency": "EUR"}]
            deals.append(
                deal
                | random.choice(changes)
                | {"extracted_at": EARLIER, "superseded_at": AS_OF_AT, "is_current": False}
                | {"crm_converted_amount": random.choice([None, "12.345"])}
            )
    activities = [
        row | random.choice([{}, {"extracted_at": EARLIER}, {"crm_dated_at": row.get("occurred_at")}])
        for row in company["stg_generic__activities"]
    ]
    totals = [
        {
            **{"crm": "generic", "metric": metric, "period_type": period_type, "period_start": period_start},
            **{"scope_type": scope_type, "scope": scope, "amount": random.choice(["0", "3", "1234.56"])},
            **{"read_on": random.choice([READ_ON, LAST_DAY]), "currency": random.choice([None, "EUR", "XXX"])},
            "time_zone": random.choice([None, "America/New_York"]),
        }
        for metric, (scope_type, scope), (period_type, period_start) in [
            *product(METRICS, SCOPES, PERIODS),
            *product(["open_pipeline"], SCOPES, [(None, None)]),
        ]
    ]
    rows = {"stg_generic__opportunities": deals, "stg_generic__activities": activities}
    return company | rows | {"stg_registers__crm_totals": totals}


@FEW
@given(company=companies(), random=st.randoms(use_true_random=False))
def test_steps_add_up_whatever_was_read(
    with_an_earlier_extract: MemoryWarehouse, company: Company, random: Random
) -> None:
    warehouse = with_an_earlier_extract
    known = with_history(damaged(company, random), random)
    warehouse.build(known, "fct_tie_out_records", "mart_pipeline_health")
    assert warehouse.rows(warehouse.project.data_tests[ADDS_UP]) == []
    readings, tied_out = warehouse.rows(
        "select count(*) / 8, count(*) filter (status <> 'unknown') / 8 from marts.mart_tie_out"
    )[0]
    assert readings == len(known["stg_registers__crm_totals"]) and tied_out > 10
