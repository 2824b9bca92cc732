"""A small extract in the plain format, written by hand, through every room's models to the marts.

Three reps in two teams, Ana (R1) moving from Barat (T1) to Timur (T2) on 1 May 2025; twelve rows of eleven deals with
what goes wrong in real ones. Amounts are in IDR, instants in UTC, business dates those of Jakarta (UTC+7).
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

from built_source import query


def test_each_deal_has_its_dates_and_its_amount_at_the_rate_of_the_close_month(warehouse: Path) -> None:
    deals = query(
        warehouse,
        "select opportunity_id, owner_id, stage, created_on, closed_on, amount_reporting from marts.fct_opportunities",
    )
    assert {key.removeprefix("generic:"): tuple(values) for key, *values in deals} == {
        "D1": ("generic:R1", "Won", date(2025, 3, 3), date(2025, 4, 15), Decimal(10_000_000)),  # blank currency: IDR
        "D2": ("generic:R1", "Won", date(2025, 3, 17), date(2025, 5, 20), Decimal(6_000_000)),
        # created on 31 March at 18:30 UTC; a close date is never shifted
        "D3": ("generic:R2", "Won", date(2025, 4, 1), date(2025, 4, 30), Decimal("1000.01")),
        "D4": ("generic:R3", "Won", date(2025, 4, 7), date(2025, 5, 12), Decimal(16_000_000)),  # 1,000 USD at 16,000
        "D5": ("generic:R2", "Won", date(2025, 4, 14), date(2025, 5, 26), None),  # 2,000 EUR without a rate
        "D6": ("generic:R2", "Lost", date(2025, 3, 5), date(2025, 5, 5), Decimal(4_000_000)),
        "D7": ("generic:R3", "Qualified", date(2025, 5, 6), None, Decimal(3_000_000)),
        "D8": ("unassigned", "Won", date(2025, 5, 19), date(2025, 6, 16), Decimal(2_000_000)),  # R9 is unknown
        "D9": ("generic:R2", "Proposal", date(2025, 6, 2), None, Decimal(8_000_000)),  # the later of two rows
        # moved on after its loss, and still lost
        "D11": ("generic:R3", "Lost", date(2025, 6, 3), date(2025, 6, 20), Decimal(5_000_000)),
    }


def test_a_rep_who_changed_team_has_april_in_the_old_one(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select opportunity_id, rep_id, team_id, credited_amount from marts.fct_credits order by all",
    ) == [
        ("generic:D1", "generic:R1", "generic:T1", Decimal(10_000_000)),  # closed on 15 April
        ("generic:D2", "generic:R1", "generic:T2", Decimal(6_000_000)),  # closed on 20 May
        # halves of 1,000.01 are 500.005, rounded 500.01 each: the residual cent is the smaller rep id's
        ("generic:D3", "generic:R2", "generic:T1", Decimal("500.00")),
        ("generic:D3", "generic:R3", "generic:T2", Decimal("500.01")),
        ("generic:D4", "generic:R3", "generic:T2", Decimal(16_000_000)),
        ("generic:D5", "generic:R2", "generic:T1", None),
        ("generic:D8", "unassigned", None, Decimal(2_000_000)),  # splits of 0.6 and 0.6 are not valid
    ]


def test_teams_and_the_company_add_up_by_month(warehouse: Path) -> None:
    actuals = query(
        warehouse,
        "select assignee_id, period_start, quota_amount, actual_amount, attainment_ratio "
        "from marts.mart_quota_attainment "
        "where metric = 'revenue_won' and period_type = 'month' and assignee_type in ('team', 'company') order by all",
    )
    april, may, june = (date(2025, month, 1) for month in range(4, 7))
    # a team that has neither a quota nor a credit in a month has no row of it
    assert actuals == [
        # the company's quota is that of its teams, in part: the other team has none
        ("company", april, Decimal(8_000_000), Decimal("10001000.01"), None),
        ("company", may, Decimal(20_000_000), Decimal(22_000_000), None),
        ("company", june, None, Decimal(2_000_000), None),
        ("generic:T1", april, Decimal(8_000_000), Decimal(10_000_500), 1.2500625),
        ("generic:T2", april, None, Decimal("500.01"), None),
        ("generic:T2", may, Decimal(20_000_000), Decimal(22_000_000), 1.1),
    ]


def test_a_deal_without_a_rate_is_won_and_excluded_from_money(warehouse: Path) -> None:
    rates = query(
        warehouse,
        "select definition, numerator, denominator from marts.mart_win_rate where segment_type = 'company' "
        "and period_type = 'quarter' and period_start = date '2025-04-01' "
        "and definition like 'won_of_closed%' order by all",
    )
    assert rates == [
        # 10,001,000.01 + 22,000,000 + 2,000,000 won; 4,000,000 and 5,000,000 lost
        ("won_of_closed_amount", Decimal("34001000.01"), Decimal("43001000.01")),
        ("won_of_closed_count", 6, 8),
    ]


def test_each_row_that_is_excluded_from_a_number_is_listed_with_the_reason(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select object, source_file, source_row, reason, excluded_from from marts.mart_exclusion order by all",
    ) == [
        ("collection_change", "registers/2025-06-30/collection_changes.csv", 4, "unknown_team", "all"),
        ("opportunity", "generic/2025-06-30/opportunities.csv", 3, "missing_lines", "units_sold"),
        ("opportunity", "generic/2025-06-30/opportunities.csv", 4, "missing_lines", "units_sold"),
        ("opportunity", "generic/2025-06-30/opportunities.csv", 5, "missing_lines", "units_sold"),
        ("opportunity", "generic/2025-06-30/opportunities.csv", 6, "missing_lines", "units_sold"),
        (
            "opportunity",
            "generic/2025-06-30/opportunities.csv",
            6,
            "missing_rate",
            "revenue_won,attainment,average_won_amount,won_of_closed_amount,pipeline_created",
        ),
        ("opportunity", "generic/2025-06-30/opportunities.csv", 9, "missing_lines", "units_sold"),
        ("opportunity", "generic/2025-06-30/opportunities.csv", 11, "duplicate", "all"),
        ("opportunity", "generic/2025-06-30/opportunities.csv", 12, "deleted", "all"),
        ("opportunity_line", "generic/2025-06-30/opportunity_lines.csv", 3, "unknown_opportunity", "all"),
        ("opportunity_split", "generic/2025-06-30/opportunity_splits.csv", 4, "splits_do_not_sum_to_1", "all"),
        ("opportunity_split", "generic/2025-06-30/opportunity_splits.csv", 5, "splits_do_not_sum_to_1", "all"),
        ("stage_event", "generic/2025-06-30/stage_events.csv", 20, "after_close", "funnel_conversion"),
        ("stage_event", "generic/2025-06-30/stage_events.csv", 21, "unknown_opportunity", "all"),
    ]


def test_moves_are_those_of_the_log_and_skipped_stages_get_no_date(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select opportunity_id, string_agg(to_stage || ' ' || changed_on, ', ' order by changed_at), "
        "any_value(observed_from) from marts.fct_stage_events "
        "where opportunity_id in ('generic:D2', 'generic:D3') group by all order by all",
    ) == [
        ("generic:D2", "Lead 2025-03-17, Proposal 2025-04-02, Won 2025-05-20", "log"),
        (
            "generic:D3",
            "Lead 2025-04-01, Qualified 2025-04-05, Lead 2025-04-08, Qualified 2025-04-10, Won 2025-04-30",
            "log",
        ),
    ]


def test_the_funnel_counts_what_skipped_and_what_went_back(warehouse: Path) -> None:
    funnel = (
        "from marts.mart_funnel_conversion "
        "where view = 'cohort' and period_type = 'year' and pipeline = 'default' and segment_id"
    )
    # Ana's D1 and D2 were won, D2 without the stage Qualified
    assert query(
        warehouse,
        "select from_stage, to_stage, reached_count, converted_count, skipped_count "
        f"{funnel} = 'generic:R1' order by all",
    ) == [
        ("Lead", "Qualified", 2, 2, 0),
        ("Lead", "Won", 2, 2, 0),
        ("Proposal", "Won", 2, 2, 0),
        ("Qualified", "Proposal", 2, 2, 1),
    ]
    # Budi's D3 went back from Qualified to Lead and came again
    assert query(
        warehouse,
        f"select from_stage, to_stage, regressed_count, reentered_count {funnel} = 'generic:R2' order by all",
    ) == [
        ("Lead", "Qualified", 0, 1),
        ("Lead", "Won", 0, 1),
        ("Proposal", "Won", 0, 0),
        ("Qualified", "Proposal", 1, 1),
    ]


def test_leads_are_the_head_of_the_funnel(warehouse: Path) -> None:
    # L1 was qualified and its deal won, L2's deal was won without a qualification, L3 is open; nobody logs contacts
    assert query(
        warehouse,
        "select from_stage, to_stage, reached_count, converted_count, open_count, lost_count, skipped_count "
        "from marts.mart_funnel_conversion where view = 'cohort' and period_type = 'year' and pipeline = 'leads' "
        "and segment_id = 'company' order by all",
    ) == [
        ("created", "qualified", 3, 2, 1, 0, 0),
        ("created", "won", 3, 2, 1, 0, 0),
        ("opportunity", "won", 2, 2, 0, 0, 0),
        ("qualified", "opportunity", 2, 2, 0, 0, 1),
    ]


def test_an_activity_on_an_unknown_deal_counts_on_the_date_it_occurred(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select activity_id, rep_id, opportunity_id, occurred_on from marts.fct_activities order by all",
    ) == [
        ("generic:X1", "generic:R1", "generic:D1", date(2025, 4, 2)),
        ("generic:X2", "generic:R2", None, date(2025, 5, 1)),  # 30 April, 17:30 UTC
        ("generic:X3", "unassigned", "generic:D7", date(2025, 5, 6)),
    ]


def test_leads_join_the_deal_that_names_them_before_the_one_they_name(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select lead_id, owner_id, opportunity_id, qualified_on from intermediate.int_lead_history"
        " where known_to is null order by all",
    ) == [
        ("generic:L1", "generic:R1", "generic:D1", date(2025, 2, 28)),  # names D2; D1 names it
        ("generic:L2", "generic:R2", "generic:D3", None),
        ("generic:L3", "unassigned", None, None),
    ]


def test_a_collection_change_of_a_team_concerns_only_that_team(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select change_id, population, exclusion_reason from intermediate.int_collection_changes_validated"
        " order by all",
    ) == [("C1", "team:generic:T2", None), ("C2", "all", None), ("C3", None, "unknown_team")]


def test_a_probability_is_a_fraction_and_65_is_none(warehouse: Path) -> None:
    """The defect: probability 65 used as 65, not 0.65."""
    assert query(
        warehouse,
        "select opportunity_key, probability from staging.stg_generic__opportunities "
        "where is_current and opportunity_key in ('D1', 'D6', 'D7', 'D9') order by all",
    ) == [
        ("D1", Decimal(1)),
        ("D6", Decimal(0)),
        ("D7", None),  # 65: counted by the expectation probability_is_a_fraction
        ("D9", Decimal("0.4")),
        ("D9", Decimal("0.65")),
    ]
