"""A small extract of Pipedrive, written by hand, through ingest and its staging models to the canonical rows.

`landing/` has two extracts: a log of changes and deals.csv with all that goes wrong in them, and a month later the new
rows of the log and a deals.csv in which deal 109 is gone. Instants are UTC, business dates those of Jakarta (UTC+7).
"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from built_source import columns_of, not_passed, query

from orchestration.settings import Settings


def deals(warehouse: Path, columns: str) -> dict[str, tuple[Any, ...]]:
    """The deals as they are now, except for 112, which is delivered twice."""
    rows = query(
        warehouse,
        f"select opportunity_key, {columns} from staging.stg_pipedrive__opportunities "
        "where is_current and opportunity_key != '112'",
    )
    found = {key: tuple(values) for key, *values in rows}
    assert len(found) == len(rows), "a deal appears twice"
    return found


def test_won_and_lost_come_from_the_status_and_open_deals_are_in_a_stage_by_name(warehouse: Path) -> None:
    assert deals(warehouse, "source_stage") == {
        "101": ("won",),
        "102": ("lost",),  # although it was moved to Demo a week after the loss
        "103": ("Proposal",),
        "104": ("Contact Made",),
        "105": ("won",),  # lost, opened again, won
        "106": ("Lead In",),
        "107": ("Contact Made",),
        "108": ("Lead In",),
        "110": ("Demo",),  # deals.csv says Lead In, the log is newer
        "111": ("lost",),  # it has no status, but a reason for its loss
        "113": ("won",),
        "114": ("won",),
        "115": (None,),  # the log begins after its creation
    }


def test_dates_are_the_business_dates_of_jakarta_and_the_earliest_creation_counts(warehouse: Path) -> None:
    found = deals(warehouse, "created_on, close_date")
    assert found["101"] == (date(2025, 1, 6), date(2025, 4, 1))  # won on 31 March at 18:30 UTC
    assert found["102"] == (date(2025, 1, 7), date(2025, 1, 25))
    assert found["103"] == (date(2025, 1, 8), date(2025, 7, 15))  # open: the expected close
    assert found["105"] == (date(2025, 1, 10), date(2025, 3, 1))  # the last close
    assert found["106"] == (date(2025, 1, 10), None)  # created twice, the earlier on 9 January at 23:30 UTC
    assert found["111"] == (date(2025, 1, 14), date(2025, 2, 20))
    assert found["114"] == (date(2025, 4, 1), date(2025, 7, 16))  # won on 15 July at 17:30 UTC
    assert found["115"] == (None, None)


def test_each_field_has_its_newest_value_from_the_log_or_from_deals_csv(warehouse: Path) -> None:
    found = deals(warehouse, "owner_reference, account_reference, amount, currency, pipeline, loss_reason")
    assert found["101"] == ("2", "51", Decimal(1200), "USD", "Sales", None)
    assert found["102"] == ("2", None, None, None, "Sales", "price")
    assert found["103"] == ("1", None, Decimal(550), None, "Sales", None)  # the later part of the log
    assert found["105"][5] is None  # the reason of a loss that was undone
    assert found["107"][0] == "9"  # a user who left and is not in users.csv
    assert found["110"] == ("1", "52", Decimal(950), "IDR", "Sales", None)
    assert found["114"] == ("1", "51", Decimal(880), "USD", "Sales", None)
    assert deals(warehouse, "probability")["110"] == (Decimal("0.65"),)  # Pipedrive writes 65


def test_the_owner_at_the_close_can_be_seen_although_the_deal_was_handed_over(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select extracted_at, source_stage, owner_reference from staging.stg_pipedrive__opportunities "
        "where opportunity_key = '101' and source_stage = 'won' order by extracted_at",
    ) == [(datetime(2025, 3, 31, 18, 30), "won", "1"), (datetime(2025, 4, 2, 2, 0), "won", "2")]


def test_deleted_deals_are_marked_and_vanished_ones_are_gone(warehouse: Path) -> None:
    assert [key for key, (deleted,) in deals(warehouse, "is_deleted").items() if deleted] == ["108"]
    vanished = query(
        warehouse,
        "select is_current, superseded_at from staging.stg_pipedrive__opportunities where opportunity_key = '109'",
    )
    # the extract of 31 July no longer has it; that day ends at 17:00 UTC
    assert vanished == [(False, datetime(2025, 7, 31, 16, 59, 59, 999999))]


def test_a_second_row_of_a_deal_is_kept_with_the_newer_one(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select source_key, amount, source_stage, source_row from staging.stg_pipedrive__opportunities "
        "where opportunity_key = '112' and is_current order by updated_at desc",
    ) == [("112", Decimal(65), "Demo", 5), ("112", Decimal(60), "Contact Made", 4)]


def test_a_deal_in_both_files_points_to_its_row_of_deals_csv(warehouse: Path) -> None:
    found = deals(warehouse, "source_file, source_row")
    assert found["110"] == ("pipedrive/2025-06-30/deals.csv", 3)
    assert found["114"] == ("pipedrive/2025-07-31/deals.csv", 5)
    assert found["103"] == ("pipedrive/2025-07-31/deal_changes.csv", 2)


def test_moves_come_from_the_log_and_nothing_is_invented(warehouse: Path) -> None:
    events = query(
        warehouse,
        "select opportunity_reference, string_agg(to_source_stage, ' > ' order by changed_at, source_key) "
        "from staging.stg_pipedrive__stage_events "
        "where opportunity_reference != '113' and source_exclusion is null group by all order by all",
    )
    assert events == [
        ("101", "Lead In > Contact Made > Demo > Proposal > won"),
        ("102", "Lead In > Contact Made > lost"),  # the move after the loss reopens nothing
        ("103", "Lead In > Proposal"),  # skipped stages get no date
        ("104", "Lead In > Contact Made > Demo > Contact Made"),
        ("105", "Lead In > Contact Made > lost > Contact Made > won"),
        ("106", "Lead In"),
        ("107", "Contact Made"),
        ("108", "Lead In"),
        ("110", "Lead In > Demo"),
        ("111", "Lead In > Contact Made > lost"),
    ]


def test_a_move_points_to_the_row_of_the_log_that_made_it(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select to_source_stage, source_exclusion, source_file, source_row from staging.stg_pipedrive__stage_events "
        "where opportunity_reference = '102' order by source_row",
    ) == [
        ("Lead In", None, "pipedrive/2025-06-30/deal_changes.csv", 16),
        ("Contact Made", None, "pipedrive/2025-06-30/deal_changes.csv", 17),
        ("lost", None, "pipedrive/2025-06-30/deal_changes.csv", 18),
        ("Demo", "after_close", "pipedrive/2025-06-30/deal_changes.csv", 20),
    ]


def test_moves_of_one_instant_are_in_the_order_of_the_stages(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select coalesce(from_source_stage, '-'), to_source_stage, changed_at from staging.stg_pipedrive__stage_events "
        "where opportunity_reference = '113' order by all",
    ) == [
        ("-", "Lead In", datetime(2025, 1, 15, 2)),
        ("Contact Made", "Demo", datetime(2025, 1, 15, 2)),
        ("Demo", "won", datetime(2025, 1, 15, 2)),
        ("Lead In", "Contact Made", datetime(2025, 1, 15, 2)),
    ]


def test_a_deal_without_a_log_has_one_version_per_extract_and_no_moves(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select source_stage, amount, owner_reference, extracted_at, is_current "
        "from staging.stg_pipedrive__opportunities where opportunity_key = '114' order by extracted_at",
    ) == [
        ("Proposal", Decimal(900), "2", datetime(2025, 6, 30, 16, 59, 59, 999999), False),
        ("won", Decimal(880), "1", datetime(2025, 7, 31, 16, 59, 59, 999999), True),
    ]


def test_a_planned_activity_has_not_occurred(warehouse: Path) -> None:
    """The defect: all undeleted tasks counted as completed."""
    assert query(
        warehouse,
        "select activity_key, activity_type, rep_reference, opportunity_reference, outcome, occurred_on "
        "from staging.stg_pipedrive__activities where is_current order by all",
    ) == [
        ("1", "call", "1", "101", "done", date(2025, 1, 13)),  # due on 12 January at 18:00 UTC
        ("2", "meeting", "1", "103", "planned", None),
        ("3", "call", "2", "104", "planned", None),
        ("4", "email", "2", "999", "done", date(2025, 2, 2)),  # of an unknown deal
        ("5", "call", "2", "106", "done", date(2025, 2, 21)),  # an id that two activities have
        ("5", "meeting", "1", "105", "done", date(2025, 2, 20)),
        ("6", "call", "9", "107", "done", date(2025, 2, 22)),
    ]


def test_users_organizations_and_leads_are_in_the_canonical_columns(warehouse: Path) -> None:
    assert query(
        warehouse, "select rep_key, rep_name from staging.stg_pipedrive__reps where is_current order by all"
    ) == [("1", "Ana Putri"), ("2", "Budi Santoso"), ("3", "Citra Dewi")]
    assert query(
        warehouse,
        "select account_key, account_name, owner_reference, extras from staging.stg_pipedrive__accounts order by all",
    ) == [("51", "Toko Maju", "1", '{"address":"Makassar"}'), ("52", "Toko Jaya", "2", '{"address":"Jakarta"}')]
    assert query(
        warehouse,
        "select lead_key, owner_reference, opportunity_reference, lead_status, created_on "
        "from staging.stg_pipedrive__leads order by all",
    ) == [("a-1", "1", "101", "open", date(2025, 1, 1)), ("a-2", "2", None, "archived", date(2025, 2, 1))]


@pytest.mark.parametrize("entity", ["opportunities", "reps", "accounts", "activities", "stage_events", "leads"])
def test_an_entity_has_the_columns_and_types_of_the_plain_source(warehouse: Path, entity: str) -> None:
    assert columns_of(warehouse, "pipedrive", entity) == columns_of(warehouse, "generic", entity)


def test_the_suite_finds_what_is_wrong_in_the_extract_and_blocks_nothing(warehouse: Path) -> None:
    settings = Settings(home=warehouse.parent, landing=warehouse.parent, warehouse=warehouse)
    objects = ["opportunity_change", "opportunity", "activity", "stage", "rep", "account", "lead"]
    assert not_passed(settings, [f"raw.pipedrive__{name}" for name in objects]) == {
        ("raw.pipedrive__opportunity_change", "gx_deal_is_created_once", "warning"),
        ("raw.pipedrive__opportunity_change", "gx_owner_is_known", "warning"),
        ("raw.pipedrive__opportunity", "gx_id_is_unique", "warning"),
        ("raw.pipedrive__activity", "gx_activity_id_is_unique", "warning"),
        ("raw.pipedrive__activity", "gx_deal_is_known", "warning"),
    }
