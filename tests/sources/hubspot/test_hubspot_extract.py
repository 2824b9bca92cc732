"""A small extract of HubSpot, written by hand, through every room's models to the marts.

`landing/` has two extracts of API objects: in the first deals with their history within, and a month later deals in
which 1007 and 1008 have been merged into 1009, deal 1010 is gone and a stage has another label, with more of the
history in a file of its own. Amounts are in USD but for two deals in EUR (1.00 in January, 1.10 in March); instants are
UTC, as ISO text or milliseconds; business dates are those of Jakarta (UTC+7).
"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from built_source import columns_of, not_passed, query

from orchestration.settings import Settings


def deals(warehouse: Path, columns: str) -> dict[str, tuple[Any, ...]]:
    rows = query(warehouse, f"select opportunity_id, {columns} from marts.fct_opportunities where source = 'hubspot'")
    return {key.removeprefix("hubspot:"): tuple(values) for key, *values in rows}


def test_stages_are_mapped_by_label_or_by_id_and_a_renamed_or_removed_one_keeps_its_meaning(warehouse: Path) -> None:
    assert deals(warehouse, "pipeline, stage") == {
        "1001": ("Sales Pipeline", "Won"),
        "1002": ("Sales Pipeline", "Lost"),
        "1003": ("Sales Pipeline", "Contract"),
        "1004": ("Sales Pipeline", "Won"),  # lost, opened again, won
        "1005": ("Sales Pipeline", "Won"),
        "1009": ("Sales Pipeline", "Qualified"),  # qualifiedtobuy, Qualified To Buy until July, Qualified since
        "1011": ("Partner", "Won"),
        "1012": ("Sales Pipeline", "Qualified"),
        "1013": ("Sales Pipeline", "Won"),
        "1014": ("Sales Pipeline", "Contract"),  # a stage that is no longer in any pipeline, mapped by its id
    }


def test_dates_are_the_business_dates_of_jakarta(warehouse: Path) -> None:
    found = deals(warehouse, "created_on, closed_on")
    assert found["1001"] == (date(2025, 1, 6), date(2025, 4, 1))  # closed on 31 March at 18:30 UTC
    assert found["1002"] == (date(2025, 1, 7), date(2025, 1, 25))  # in milliseconds
    assert found["1003"] == (date(2025, 1, 8), None)  # open
    assert found["1004"] == (date(2025, 1, 10), date(2025, 3, 1))  # created on 9 January at 23:30 UTC; the last close
    assert found["1011"] == (date(2025, 5, 1), date(2025, 7, 16))  # a plain date is never shifted
    assert found["1014"] == (date(2025, 1, 1), None)  # createdate, 31 December at 18:00 UTC; createdAt is in March


def test_the_owner_at_the_close_comes_from_the_history(warehouse: Path) -> None:
    # deal 1001 was handed from Ana (501) to Budi (502) on 2 April, after its close; owner 599 is unknown
    assert query(
        warehouse, "select opportunity_id, rep_id, team_id, credited_amount from marts.fct_credits order by 1, 2"
    ) == [
        ("hubspot:1001", "hubspot:501", "hubspot:72", Decimal(1200)),  # Ana's primary team is the second one
        # 300 EUR at 1.10 are 330; a split gives Ana 0.4 of it
        ("hubspot:1004", "hubspot:501", "hubspot:72", Decimal(132)),
        ("hubspot:1004", "hubspot:502", "hubspot:71", Decimal(198)),
        ("hubspot:1005", "unassigned", None, Decimal(100)),
        ("hubspot:1011", "hubspot:501", "hubspot:72", Decimal(80)),
        ("hubspot:1013", "hubspot:502", "hubspot:71", None),  # won without an amount
    ]


def test_won_and_created_amounts_by_hand(warehouse: Path) -> None:
    # Q1: 1004, 330. Q2: 1001 and 1005, 1,200 + 100; 1013 has no amount. Q3: 1011, 80.
    assert query(
        warehouse,
        "select period_start, actual_amount from marts.mart_quota_attainment where assignee_id = 'company' "
        "and metric = 'revenue_won' and period_type = 'quarter' and actual_amount > 0 order by 1",
    ) == [(date(2025, 1, 1), Decimal(330)), (date(2025, 4, 1), Decimal(1300)), (date(2025, 7, 1), Decimal(80))]
    # January: Budi's user 9502 created 1001, so 1,200 are his, with 1002 (200), 1004 (300 EUR at 1.00) and 1014 (10);
    # Ana's is 1003, 550 EUR by now, at 1.00.
    assert query(
        warehouse,
        "select assignee_id, actual_amount from marts.mart_quota_attainment where assignee_type = 'rep' "
        "and metric = 'pipeline_created' and period_type = 'month' and period_start = '2025-01-01' "
        "and actual_amount > 0 order by 1",
    ) == [("hubspot:501", Decimal(550)), ("hubspot:502", Decimal(1710))]


def test_the_primary_company_is_the_account_and_the_first_contact_the_lead(warehouse: Path) -> None:
    assert deals(warehouse, "account_id")["1001"] == ("hubspot:301",)  # 302 comes first, and is not the primary one
    assert query(
        warehouse,
        "select lead_id, owner_id, opportunity_id, lead_status, created_on, qualified_on, converted_on "
        "from marts.fct_leads order by 1",
    ) == [
        # created on 31 December and sales-qualified on 4 January, both at 18:00 UTC
        (
            "hubspot:401",
            "hubspot:501",
            "hubspot:1001",
            "CONNECTED",
            date(2025, 1, 1),
            date(2025, 1, 5),
            date(2025, 1, 6),
        ),
        ("hubspot:402", "hubspot:502", None, "lead", date(2025, 2, 1), None, None),
        ("hubspot:404", "hubspot:502", None, "lead", date(2025, 2, 3), None, None),
    ]
    assert query(warehouse, "select account_id, account_name from marts.dim_accounts order by 1") == [
        ("hubspot:301", "Toko Maju"),
        ("hubspot:302", "tokojaya.example"),  # without a name
    ]


def test_owners_are_reps_also_archived_ones_and_their_primary_teams_are_teams(warehouse: Path) -> None:
    assert query(
        warehouse, "select rep_id, rep_name, team_id from marts.dim_reps where rep_id != 'unassigned' order by 1"
    ) == [
        ("hubspot:501", "Ana Putri", "hubspot:72"),
        ("hubspot:502", "Budi Santoso", "hubspot:71"),
        ("hubspot:503", "Citra Dewi", None),
        ("hubspot:504", "dewi@example.com", None),
    ]
    assert query(warehouse, "select team_id, team_name from marts.dim_teams order by 1") == [
        ("hubspot:71", "Jakarta"),
        ("hubspot:72", "Barat"),
    ]


def test_moves_come_from_the_history_and_without_one_from_the_extracts(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select opportunity_id, observed_from, string_agg(to_stage, ' > ' order by changed_at) "
        "from marts.fct_stage_events group by all order by all",
    ) == [
        # its close is in both files, and counts once
        ("hubspot:1001", "log", "Appointment > Qualified > Contract > Won"),
        ("hubspot:1002", "log", "Appointment > Qualified > Lost"),
        ("hubspot:1003", "log", "Appointment > Contract"),  # skipped stages get no date
        ("hubspot:1004", "log", "Appointment > Lost > Qualified > Won"),
        ("hubspot:1005", "extracts", "Won"),
        ("hubspot:1009", "log", "Appointment > Qualified"),
        ("hubspot:1011", "extracts", "Appointment > Won"),
        ("hubspot:1012", "extracts", "Qualified"),
        ("hubspot:1013", "log", "Appointment > Won"),  # from the separate file
        ("hubspot:1014", "extracts", "Contract"),
    ]
    changed_by = "select distinct changed_by from marts.fct_stage_events where opportunity_id = 'hubspot:1001'"
    assert query(warehouse, changed_by) == [("501",)]  # the history says user 9501


def test_excluded_rows_are_listed_once_with_their_reason(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select object, replace(source_key, chr(31), ' '), parse_filename(source_file), source_row, reason "
        "from marts.mart_exclusion where excluded_from = 'all' order by all",
    ) == [
        ("account", "303", "companies.jsonl", 3, "merged"),  # 301 says so
        ("activity", "call-603", "calls.jsonl", 3, "planned"),  # queued
        ("activity", "meeting-606", "meetings.jsonl", 2, "planned"),
        ("activity", "task-608", "tasks.jsonl", 2, "planned"),
        ("activity", "task-609", "tasks.jsonl", 3, "deleted"),
        ("lead", "403", "contacts.jsonl", 3, "merged"),
        ("lead", "405", "contacts.jsonl", 5, "deleted"),
        ("opportunity", "1006", "deals_archived.jsonl", 1, "deleted"),
        ("opportunity", "1007", "deals.jsonl", 6, "merged"),  # into 1009, and still delivered
        ("opportunity", "1012", "deals.jsonl", 10, "duplicate"),  # 60, older than 65
        # 1008 was merged and vanished; 1099 is unknown
        ("stage_event", "1008 2025-03-02 02:00:00 appointmentscheduled", "deals.jsonl", 7, "unknown_opportunity"),
        ("stage_event", "1008 2025-04-02 02:00:00 qualifiedtobuy", "deals.jsonl", 7, "unknown_opportunity"),
        ("stage_event", "1099 2025-06-20 02:00:00 closedwon", "deal_property_history.jsonl", 5, "unknown_opportunity"),
    ]


def test_a_call_and_an_email_may_share_an_id_and_a_planned_activity_has_not_occurred(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select activity_id, activity_type, rep_id, opportunity_id, occurred_on, logged_at "
        "from marts.fct_activities order by 1",
    ) == [
        # called on 12 January at 18:00 UTC, logged two days later
        ("hubspot:call-601", "call", "hubspot:501", "hubspot:1001", date(2025, 1, 13), datetime(2025, 1, 14, 2)),
        ("hubspot:call-602", "call", "hubspot:502", None, date(2025, 2, 2), datetime(2025, 2, 2, 3)),  # of deal 9999
        ("hubspot:email-601", "email", "hubspot:502", "hubspot:1004", date(2025, 2, 20), datetime(2025, 2, 20, 3)),
        ("hubspot:email-604", "email", "hubspot:502", "hubspot:1004", date(2025, 2, 21), datetime(2025, 2, 21, 3)),
        ("hubspot:meeting-605", "meeting", "hubspot:501", "hubspot:1001", date(2025, 3, 10), datetime(2025, 3, 1, 3)),
        # due on 1 March, done on the 4th at 18:00 UTC; a task to call is not a call
        ("hubspot:task-607", "call_task", "hubspot:501", "hubspot:1003", date(2025, 3, 5), datetime(2025, 2, 20, 3)),
    ]
    assert query(
        warehouse,
        "select activity_key, direction, outcome, duration_minutes, account_reference "
        "from staging.stg_hubspot__activities where activity_type in ('call', 'meeting') and occurred_at is not null "
        "order by 1",
    ) == [
        # 90,000 milliseconds
        ("call-601", "outbound", "f240bbac-87c9-4f6e-bf70-924b57d47db7", Decimal("1.5"), "301"),
        ("call-602", "inbound", "NO_ANSWER", None, None),
        ("meeting-605", None, "COMPLETED", Decimal(45), None),
    ]


def test_custom_properties_are_kept_as_extras(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select extras from staging.stg_hubspot__opportunities where opportunity_key = '1003' and is_current",
    ) == [('{"campaign_code":"SPRING","hs_object_id":"1003"}',)]


@pytest.mark.parametrize("entity", ["opportunities", "reps", "accounts", "activities", "stage_events", "leads"])
def test_an_entity_has_the_columns_and_types_of_the_plain_source(warehouse: Path, entity: str) -> None:
    assert columns_of(warehouse, "hubspot", entity) == columns_of(warehouse, "generic", entity)


def test_the_suite_finds_what_is_wrong_in_the_extract_and_blocks_nothing(warehouse: Path) -> None:
    settings = Settings(home=warehouse.parent, landing=warehouse.parent, warehouse=warehouse)
    objects = [
        "opportunity",
        "opportunity_change",
        "stage",
        "rep",
        "account",
        "lead",
        "call",
        "email",
        "meeting",
        "task",
    ]
    assert not_passed(settings, [f"raw.hubspot__{name}" for name in objects]) == {
        # the stage that was deleted is mapped by its id
        ("raw.hubspot__opportunity", "gx_id_is_unique", "warning"),
        ("raw.hubspot__opportunity", "gx_owner_is_known", "warning"),
        ("raw.hubspot__opportunity_change", "gx_deal_is_known", "warning"),
        ("raw.hubspot__call", "gx_deal_is_known", "warning"),
    }
