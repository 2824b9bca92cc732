"""Pipedrive, Salesforce and HubSpot of one company, written by hand: two reps move to Salesforce on 1 March 2025.

Pipedrive continues to deliver: deal 102 was closed there after the move, deal 103 deleted. HubSpot has another region,
a user of each of the two movers (Ana with her e-mail, Budi with another), and one of the accounts. Its history has no
owners, nor does Pipedrive's log. Business dates are those of UTC."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from built_source import query

ANA, BUDI, CITRA, IMPORT = "pipedrive:1", "pipedrive:2", "hubspot:502", "salesforce:0055g0000000U09AAE"
MAJU, JAYA = "pipedrive:51", "pipedrive:52"
HOOKS = "salesforce:0065g000000D201AAC"


def test_a_migrated_deal_is_one_deal_with_its_first_creation_and_its_last_state(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select opportunity_id, source, owner_id, account_id, stage, created_on, closed_on, amount_reporting "
        "from marts.fct_opportunities order by all",
    ) == [
        ("hubspot:1001", "hubspot", CITRA, MAJU, "Won", date(2025, 1, 20), date(2025, 3, 15), Decimal(700)),
        ("pipedrive:101", "pipedrive", ANA, MAJU, "Won", date(2025, 1, 6), date(2025, 2, 20), Decimal(1000)),
        ("pipedrive:102", "salesforce", ANA, MAJU, "Won", date(2025, 1, 10), date(2025, 4, 10), Decimal(550)),
        ("pipedrive:103", "salesforce", BUDI, JAYA, "Lost", date(2025, 2, 1), date(2025, 5, 5), Decimal(300)),
        ("pipedrive:104", "pipedrive", BUDI, JAYA, "Lost", date(2025, 2, 3), date(2025, 2, 25), Decimal(200)),
        (HOOKS, "salesforce", BUDI, MAJU, "Contacted", date(2025, 4, 1), None, Decimal(80)),
    ]


def test_its_stage_history_runs_through_both_systems(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select opportunity_id, from_stage, to_stage, changed_on from marts.fct_stage_events "
        "where opportunity_id in ('pipedrive:102', 'pipedrive:103') order by opportunity_id, changed_on",
    ) == [
        ("pipedrive:102", None, "Lead In", date(2025, 1, 10)),
        ("pipedrive:102", "Lead In", "Demo", date(2025, 2, 15)),
        ("pipedrive:102", "Demo", "Won", date(2025, 4, 10)),
        # Pipedrive has deleted it, and its changes with it
        ("pipedrive:103", None, "Lead In", date(2025, 2, 1)),
        ("pipedrive:103", "Lead In", "Contacted", date(2025, 2, 10)),
        ("pipedrive:103", "Contacted", "Demo", date(2025, 4, 20)),
        ("pipedrive:103", "Demo", "Lost", date(2025, 5, 5)),
    ]


def test_pipelines_with_one_name_in_the_register_are_one_funnel(warehouse: Path) -> None:
    # six deals: Hooks began in Contacted and so reached Lead In without entering it; Maju's two and Doors were won
    assert query(
        warehouse,
        "select pipeline, from_stage, to_stage, sum(reached_count), sum(converted_count), sum(skipped_count) "
        "from marts.mart_funnel_conversion where segment_type = 'company' and view = 'cohort' "
        "and subject_type = 'opportunity' and period_type = 'year' group by all order by from_stage, to_stage",
    ) == [
        ("default", "Contacted", "Demo", 5, 4, 3),
        ("default", "Demo", "Won", 4, 3, 2),
        ("default", "Lead In", "Contacted", 6, 5, 1),
        ("default", "Lead In", "Won", 6, 3, 1),
    ]


def test_nothing_counts_twice(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select metric, period_start, actual_amount from marts.mart_quota_attainment "
        "where assignee_type = 'company' and period_type = 'month' and actual_amount <> 0 order by all",
    ) == [
        ("calls", date(2025, 2, 1), Decimal(2)),  # one of 15 February is in both systems
        ("calls", date(2025, 3, 1), Decimal(1)),
        ("deals_won", date(2025, 2, 1), Decimal(1)),
        ("deals_won", date(2025, 3, 1), Decimal(1)),
        ("deals_won", date(2025, 4, 1), Decimal(1)),
        ("leads_qualified", date(2025, 4, 1), Decimal(1)),
        ("new_customers", date(2025, 2, 1), Decimal(1)),  # Toko Maju is one account in three systems
        ("pipeline_created", date(2025, 1, 1), Decimal(2250)),  # 1,000 + 550 + 700
        ("pipeline_created", date(2025, 2, 1), Decimal(500)),
        ("pipeline_created", date(2025, 4, 1), Decimal(80)),
        ("revenue_won", date(2025, 2, 1), Decimal(1000)),
        ("revenue_won", date(2025, 3, 1), Decimal(700)),
        ("revenue_won", date(2025, 4, 1), Decimal(550)),
    ]


def test_a_rep_of_three_systems_is_one(warehouse: Path) -> None:
    assert query(
        warehouse, "select rep_id, record_count from marts.dim_reps where rep_id <> 'unassigned' order by 1"
    ) == [
        (CITRA, 1),
        ("hubspot:503", 1),  # Budi's other e-mail
        (ANA, 3),
        (BUDI, 2),
        (IMPORT, 1),
    ]
    assert query(
        warehouse,
        "select metric, period_start, actual_amount from marts.mart_quota_attainment where assignee_id = 'pipedrive:1' "
        "and period_type = 'month' and actual_amount <> 0 and metric in ('revenue_won', 'calls') order by all",
    ) == [
        ("calls", date(2025, 2, 1), Decimal(1)),
        ("calls", date(2025, 3, 1), Decimal(1)),
        ("revenue_won", date(2025, 2, 1), Decimal(1000)),
        ("revenue_won", date(2025, 4, 1), Decimal(550)),
    ]


def test_a_lead_that_moved_keeps_its_creation_and_becomes_its_deal(warehouse: Path) -> None:
    assert query(
        warehouse, "select lead_id, owner_id, opportunity_id, created_on, qualified_on from marts.fct_leads order by 1"
    ) == [
        ("pipedrive:a-1", ANA, "pipedrive:102", date(2025, 1, 2), None),
        ("pipedrive:a-2", BUDI, HOOKS, date(2025, 2, 1), date(2025, 4, 1)),
    ]


def test_every_match_is_visible_with_its_reason(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select entity, canonical_id, match_rule, string_agg(source_id, ' ' order by source_id) "
        "from marts.bridge_source_ids group by all order by all",
    ) == [
        ("account", MAJU, "name", f"hubspot:301 {MAJU} salesforce:0015g0000000A01AAE"),
        ("account", JAYA, "crosswalk", f"{JAYA} salesforce:0015g0000000A02AAE"),
        ("lead", "pipedrive:a-2", "crosswalk", "pipedrive:a-2 salesforce:00Q5g0000000L02EAE"),
        ("opportunity", "pipedrive:102", "crosswalk", "pipedrive:102 salesforce:0065g000000D102AAC"),
        ("opportunity", "pipedrive:103", "crosswalk", "pipedrive:103 salesforce:0065g000000D103AAC"),
        ("rep", ANA, "email", f"hubspot:501 {ANA} salesforce:0055g0000000U01AAE"),
        ("rep", BUDI, "email", f"{BUDI} salesforce:0055g0000000U02AAE"),
    ]


def test_near_matches_are_reported_and_not_matched(warehouse: Path) -> None:
    assert query(
        warehouse, "select source_id, other_source_id, reason, crosswalk_line from marts.mart_near_match order by 1, 2"
    ) == [
        (
            "hubspot:302",  # Toko Murni, Tbk
            "salesforce:0015g0000000A03AAE",
            "similar_name",
            "account,salesforce,0015g0000000A03AAE,hubspot:302,",
        ),
        ("hubspot:503", BUDI, "same_name", "rep,pipedrive,2,hubspot:503,"),
        (
            "hubspot:503",
            "salesforce:0055g0000000U02AAE",
            "same_name",
            "rep,salesforce,0055g0000000U02AAE,hubspot:503,",
        ),
    ]


def test_changes_in_the_old_system_after_the_move_are_excluded_and_listed(warehouse: Path) -> None:
    assert query(
        warehouse, "select source, object, source_row, reason, excluded_from from marts.mart_exclusion order by all"
    ) == [
        ("pipedrive", "lead", 3, "migrated", "all"),
        ("pipedrive", "opportunity", 3, "migrated", "all"),  # deal 102, closed there on 2 March
        ("pipedrive", "stage_event", 2, "migrated", "all"),
        ("registers", "crosswalk", 4, "unknown_source_id", "all"),
        ("salesforce", "activity", 2, "migrated", "all"),  # the copy of Pipedrive's call of 15 February
    ]
    assert query(warehouse, "select message from intermediate.int_source_rows_validated where message is not null") == [
        (
            "registers/2025-06-30/crosswalk.csv, line 4, column 'source_id': '0065g000000D999AAC' is not one of "
            "the opportunity records of salesforce; correct it or deliver the opportunity.",
        )
    ]


def test_coverage_shows_by_month_what_counts_what_is_matched_and_what_is_excluded(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select source, month_start, row_count, excluded_count, exclusion_reasons, linked_share, matched_count "
        "from marts.mart_source_coverage where object = 'opportunity' order by source, month_start",
    ) == [
        ("hubspot", date(2025, 1, 1), 1, 0, None, 1.0, 0),
        # deals 101 and 102: of the migrated one the creation of the first record counts for both
        ("pipedrive", date(2025, 1, 1), 2, 1, "migrated 1", 1.0, 1),
        ("pipedrive", date(2025, 2, 1), 1, 0, None, 1.0, 0),
        ("salesforce", date(2025, 1, 1), 1, 0, None, 1.0, 1),
        ("salesforce", date(2025, 2, 1), 1, 0, None, 1.0, 1),
        ("salesforce", date(2025, 4, 1), 1, 0, None, 1.0, 0),
    ]
