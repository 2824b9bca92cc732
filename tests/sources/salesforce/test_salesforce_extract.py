"""A small export of Salesforce, written by hand, through every room's models to the marts.

Four users in three roles, fourteen opportunities with what goes wrong in real ones, in two extracts: the first has ids
of 15 characters where the second has 18, an opportunity that the second no longer has, and a task archived since.
Instants are UTC, business dates those of Jakarta (UTC+7), amounts in USD.
"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from built_source import columns_of, not_passed, query

from orchestration.ingest import load_source_configs
from orchestration.settings import PROJECT, Settings

ANA, BUDI, CITRA, EKA = (f"0055g0000000U0{number}AAE" for number in range(1, 5))
VICE_PRESIDENT, WEST, EAST = (f"00E5g0000000R0{number}EAE" for number in range(1, 4))


def deal(name: str) -> str:
    """The id of an opportunity by the name that it has in the export."""
    return f"salesforce:0065g000000{name}AAC"


def test_each_deal_has_its_dates_its_owner_and_its_amount(warehouse: Path) -> None:
    deals = query(
        warehouse,
        "select opportunity_id, owner_id, stage, created_on, closed_on, amount_reporting from marts.fct_opportunities",
    )
    ana, budi, citra = (f"salesforce:{rep}" for rep in (ANA, BUDI, CITRA))
    assert {key: tuple(values) for key, *values in deals} == {
        # saved as won on 31 March at 18:30 UTC, 1 April in Jakarta: a close date is never shifted; handed over later
        deal("D001"): (ana, "Won", date(2025, 1, 6), date(2025, 3, 31), Decimal(1200)),
        deal("D002"): (budi, "Lost", date(2025, 1, 7), date(2025, 1, 25), Decimal(300)),
        deal("D003"): (ana, "Proposal", date(2025, 1, 8), None, Decimal(550)),
        # created on 9 January at 18:30 UTC; lost, opened again, won; 500 EUR at 1.1
        deal("D004"): (citra, "Won", date(2025, 1, 10), date(2025, 4, 15), Decimal(550)),
        deal("D005"): (ana, "Won", date(2025, 2, 3), date(2025, 4, 30), Decimal("1000.01")),
        deal("D006"): (budi, "Won", date(2025, 3, 3), date(2025, 5, 12), Decimal(800)),
        deal("D007"): (citra, "Qualified", date(2025, 2, 10), None, Decimal(250)),
        deal("D008"): ("unassigned", "Won", date(2025, 4, 1), date(2025, 6, 16), Decimal(2000)),  # not in User.csv
        deal("D009"): (citra, "Won", date(2025, 4, 2), date(2025, 5, 26), None),  # IDR, and no rate
        deal("D012"): (budi, "Proposal", date(2025, 5, 2), None, Decimal(75)),
        deal("D013"): (budi, "Prospecting", date(2025, 5, 5), None, Decimal(65)),  # of two rows the later modified
        # differs from D001 only in the case of one letter
        "salesforce:0065g000000d001AAA": (citra, "Prospecting", date(2025, 5, 7), None, Decimal(110)),
    }


def test_credit_goes_to_the_rep_who_closed_it_or_by_the_splits_of_the_revenue(warehouse: Path) -> None:
    credited = query(
        warehouse, "select opportunity_id, rep_id, team_id, share, credited_amount from marts.fct_credits order by all"
    )
    assert credited == [
        (deal("D001"), f"salesforce:{ANA}", f"salesforce:{WEST}", Decimal(1), Decimal(1200)),
        (deal("D004"), f"salesforce:{CITRA}", f"salesforce:{EAST}", Decimal(1), Decimal(550)),
        # 60 % and 40 % of 1,000.01 are 600.006 and 400.004; an overlay and a deleted split do not count as shares
        (deal("D005"), f"salesforce:{ANA}", f"salesforce:{WEST}", Decimal("0.6"), Decimal("600.01")),
        (deal("D005"), f"salesforce:{BUDI}", f"salesforce:{WEST}", Decimal("0.4"), Decimal("400.00")),
        (deal("D006"), f"salesforce:{BUDI}", f"salesforce:{WEST}", Decimal(1), Decimal(800)),  # 50 and 40 %: not valid
        (deal("D008"), "unassigned", None, Decimal(1), Decimal(2000)),
        (deal("D009"), f"salesforce:{CITRA}", f"salesforce:{EAST}", Decimal(1), None),
    ]


def test_a_role_is_a_team_and_holds_the_roles_below_it(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select assignee_id, period_start, quota_amount, actual_amount, round(attainment_ratio, 9) "
        "from marts.mart_quota_attainment where metric = 'revenue_won' and "
        "(period_type = 'month' and assignee_type = 'team' and actual_amount <> 0 and period_start >= '2025-04-01' or "
        "period_type = 'quarter' and assignee_id like '%R02%' and period_start = '2025-04-01') order by all",
    ) == [
        # West has no quota for April: the one of Ana, its only rep with a quota, is part of it
        (f"salesforce:{VICE_PRESIDENT}", date(2025, 4, 1), Decimal(1000), Decimal("1550.01"), None),
        (f"salesforce:{VICE_PRESIDENT}", date(2025, 5, 1), None, Decimal(800), None),
        (f"salesforce:{WEST}", date(2025, 4, 1), Decimal(1000), Decimal("1000.01"), None),
        # the quarter: 1,000.01 + 800 of the 4,000 that the register gives Sales West
        (f"salesforce:{WEST}", date(2025, 4, 1), Decimal(4000), Decimal("1800.01"), 0.4500025),
        (f"salesforce:{WEST}", date(2025, 5, 1), None, Decimal(800), None),
        (f"salesforce:{EAST}", date(2025, 4, 1), None, Decimal(550), None),
    ]
    # the register names Ana by her id: 600.01 of 1,000
    assert query(
        warehouse,
        "select quota_amount, actual_amount, round(attainment_ratio, 9) from marts.mart_quota_attainment "
        f"where assignee_id = 'salesforce:{ANA}' and metric = 'revenue_won' and period_type = 'month' "
        "and period_start = '2025-04-01'",
    ) == [(Decimal(1000), Decimal("600.01"), 0.60001)]


def test_moves_come_from_the_history_of_stages_and_else_from_that_of_fields(warehouse: Path) -> None:
    moves = query(
        warehouse,
        "select opportunity_id, string_agg(to_stage || ' ' || changed_on, ', ' order by changed_at), "
        "any_value(observed_from) from marts.fct_stage_events group by all order by all",
    )
    assert {key: tuple(values) for key, *values in moves if values[1] == "log"} == {
        # a change of only the amount is not a move, and a move in both histories counts once
        deal("D001"): ("Prospecting 2025-01-06, Qualified 2025-01-20, Proposal 2025-02-10, Won 2025-04-01", "log"),
        deal("D002"): ("Prospecting 2025-01-07, Lost 2025-01-25", "log"),  # corrected after the loss
        # has no OpportunityHistory: created in the stage that its first change left
        deal("D003"): ("Prospecting 2025-01-08, Proposal 2025-02-08", "log"),
        deal("D004"): ("Prospecting 2025-01-10, Lost 2025-02-01, Qualified 2025-03-01, Won 2025-04-15", "log"),
        # Needs Analysis was called Discovery from March on: no move
        deal("D007"): ("Prospecting 2025-02-10, Qualified 2025-02-20", "log"),
    }
    # without a history what the two extracts show; in the first one the id has 15 characters
    assert dict((key, (stages, origin)) for key, stages, origin in moves)[deal("D012")] == (
        "Prospecting 2025-05-31, Proposal 2025-06-30",
        "extracts",
    )


def test_each_row_that_is_excluded_from_a_number_is_listed_with_the_reason(warehouse: Path) -> None:
    excluded = query(
        warehouse,
        "select split_part(source_file, '/', 3), source_row, reason from marts.mart_exclusion "
        "where excluded_from = 'all' order by all",
    )
    assert excluded == [
        ("Account.csv", 3, "merged"),
        ("Event.csv", 4, "planned"),  # after the newest extract
        ("Event.csv", 5, "copy"),  # of the same visit, in the calendar of who was invited
        ("ForecastingQuota.csv", 2, "not_the_plan"),
        ("ForecastingQuota.csv", 3, "not_the_plan"),
        ("ForecastingQuota.csv", 4, "not_the_plan"),
        ("Lead.csv", 4, "merged"),
        ("Opportunity.csv", 11, "deleted"),
        ("Opportunity.csv", 13, "duplicate"),
        ("OpportunityHistory.csv", 15, "unknown_opportunity"),
        ("OpportunityLineItem.csv", 4, "unknown_opportunity"),
        ("OpportunityLineItem.csv", 5, "deleted"),
        ("OpportunitySplit.csv", 4, "overlay_split"),
        ("OpportunitySplit.csv", 5, "deleted"),
        ("OpportunitySplit.csv", 6, "splits_do_not_sum_to_1"),
        ("OpportunitySplit.csv", 7, "splits_do_not_sum_to_1"),
        ("Task.csv", 3, "planned"),
        ("Task.csv", 6, "deleted"),
        ("Task.csv", 7, "series"),
    ]


def test_tasks_and_events_are_activities_on_the_day_they_occurred(warehouse: Path) -> None:
    activities = query(
        warehouse,
        "select activity_id, activity_type, rep_id, opportunity_id, lead_id, occurred_on, direction, duration_minutes "
        "from marts.fct_activities order by all",
    )
    ana, budi = f"salesforce:{ANA}", f"salesforce:{BUDI}"
    first_lead, second_lead = (f"salesforce:00Q5g0000000L0{number}EAE" for number in (1, 2))
    assert [(key[-6:-3], *values) for key, *values in activities] == [
        # of the contact that the lead became four days later: of the lead
        ("T01", "call", ana, deal("D001"), first_lead, date(2025, 1, 2), "outbound", Decimal(5)),
        ("T03", "email", budi, None, None, date(2025, 2, 2), None, None),  # of an unknown deal
        # due on 20 June, closed on the 12th at 20:00 UTC
        ("T04", "proposal", budi, deal("D012"), None, date(2025, 6, 13), None, None),
        ("T07", "email", ana, deal("D001"), None, date(2025, 1, 20), None, None),  # archived since the first extract
        ("T08", "call", "unassigned", None, second_lead, date(2025, 2, 4), "inbound", None),
        ("V01", "meeting", budi, deal("D006"), None, date(2025, 5, 1), None, Decimal(60)),  # 30 April, 17:30 UTC
        ("V02", "meeting", budi, None, second_lead, date(2025, 5, 5), None, Decimal(1440)),  # a whole day: a date
        ("V05", "meeting", ana, deal("D003"), None, date(2025, 6, 10), None, Decimal(60)),  # Demo in value_map.csv
    ]


def test_an_activity_is_as_exact_as_its_own_day_allows(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select substr(activity_key, 13, 3), occurred_at, logged_at from staging.stg_salesforce__activities "
        "where substr(activity_key, 13, 3) in ('T01', 'T03', 'T08', 'V02') order by all",
    ) == [
        ("T01", datetime(2025, 1, 2, 3), datetime(2025, 1, 2, 3)),
        # entered on 3 February in Jakarta for the 2nd, which began on the 1st at 17:00 UTC
        ("T03", datetime(2025, 2, 1, 17), datetime(2025, 2, 2, 18)),
        ("T08", datetime(2025, 2, 3, 17), datetime(2025, 2, 5, 3)),
        ("V02", datetime(2025, 5, 4, 17), datetime(2025, 5, 6, 3)),
    ]


def test_a_lead_is_qualified_when_it_is_converted(warehouse: Path) -> None:
    leads = query(
        warehouse,
        "select lead_id, owner_id, opportunity_id, lead_source, created_on, qualified_on "
        "from marts.fct_leads order by all",
    )
    assert [(key[-6:-3], *values) for key, *values in leads] == [
        ("L01", f"salesforce:{ANA}", deal("D001"), "Web", date(2025, 1, 1), date(2025, 1, 6)),
        ("L02", f"salesforce:{BUDI}", None, "Fair", date(2025, 2, 1), None),
        ("L04", "unassigned", None, "Web", date(2025, 6, 1), None),  # of a queue
    ]


def test_users_have_a_name_a_title_and_a_role(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select rep_name, role, region, team_id from marts.dim_reps where rep_id <> 'unassigned' order by all",
    ) == [
        ("Ana Putri", "Account Executive", "Indonesia", f"salesforce:{WEST}"),
        ("Budi Santoso", "Account Executive", "Indonesia", f"salesforce:{WEST}"),  # first and last name
        ("Citra Dewi", "Sales East", "Indonesia", f"salesforce:{EAST}"),  # without a title that of the role
        ("Eka Lestari", "Vice President", "Indonesia", f"salesforce:{VICE_PRESIDENT}"),
    ]
    assert query(warehouse, "select team_name, parent_team_id from marts.dim_teams order by all") == [
        ("Sales East", f"salesforce:{VICE_PRESIDENT}"),
        ("Sales West", f"salesforce:{VICE_PRESIDENT}"),
        ("VP Sales", None),
    ]


def test_lines_percentages_pipelines_and_custom_fields(warehouse: Path) -> None:
    # a discount of 10 is a tenth; the second product is unknown
    assert query(
        warehouse,
        "select quantity, unit_price, discount_rate, product_id from intermediate.int_opportunity_parts "
        "where part = 'line' and exclusion_reason is null and known_to is null order by all",
    ) == [
        (Decimal(1), Decimal("100.01"), None, None),
        (Decimal(4), Decimal(250), Decimal("0.1"), "salesforce:01t5g0000000P01AAE"),
    ]
    # the record type is the pipeline, but for the one of an organization without record types
    assert query(
        warehouse,
        "select opportunity_name, pipeline, probability, loss_reason, extras "
        "from staging.stg_salesforce__opportunities "
        "where is_current and opportunity_name in ('Pallets', 'Racks', 'Racks again', 'Shelves') order by all",
    ) == [
        ("Pallets", "New Business", Decimal("0.65"), None, None),
        ("Racks", None, Decimal(1), None, '{"Region__c":"West"}'),
        ("Racks again", None, None, None, None),  # 120 percent is not possible
        ("Shelves", None, Decimal(0), "Price", None),
    ]


def test_each_save_of_a_deal_is_a_version_of_it(warehouse: Path) -> None:
    first, moved = date(2025, 3, 1), date(2025, 3, 31)
    assert query(
        warehouse,
        "select extracted_at, source_stage, owner_reference, amount, close_date "
        "from staging.stg_salesforce__opportunities where opportunity_name = 'Racks' order by extracted_at",
    ) == [
        (datetime(2025, 1, 6, 2), "Prospecting", ANA, Decimal(1000), first),
        (datetime(2025, 1, 20, 2), "Needs Analysis", ANA, Decimal(1000), first),
        (datetime(2025, 1, 27, 2), "Needs Analysis", ANA, Decimal(1200), first),
        (datetime(2025, 2, 10, 2), "Proposal", ANA, Decimal(1200), moved),
        (datetime(2025, 3, 31, 18, 30), "Closed Won", ANA, Decimal(1200), moved),
        (datetime(2025, 4, 2, 2), "Closed Won", BUDI, Decimal(1200), moved),
        (datetime(2025, 6, 30, 16, 59, 59, 999999), "Closed Won", BUDI, Decimal(1200), moved),
    ]
    # so one export shows the slipped date, 1 March to 31 March; the new date of a reopened deal is not a slip
    assert query(
        warehouse,
        "select opportunity_id, changed_on, close_date_moved_days, is_amount_changed "
        "from intermediate.int_deal_changes where opportunity_id in "
        f"('{deal('D001')}', '{deal('D004')}') order by all",
    ) == [
        (deal("D001"), date(2025, 1, 27), None, True),
        (deal("D001"), date(2025, 2, 10), 30, False),
    ]


@pytest.mark.parametrize(
    "entity",
    [
        "accounts",
        "activities",
        "leads",
        "opportunities",
        "opportunity_lines",
        "opportunity_splits",
        "products",
        "reps",
        "stage_events",
        "teams",
    ],
)
def test_an_entity_has_the_columns_and_types_of_the_plain_source(warehouse: Path, entity: str) -> None:
    assert columns_of(warehouse, "salesforce", entity) == columns_of(warehouse, "generic", entity)


def test_the_suite_finds_what_is_wrong_in_the_export_and_blocks_nothing(warehouse: Path) -> None:
    settings = Settings(home=warehouse.parent, landing=warehouse.parent, warehouse=warehouse)
    objects = load_source_configs(PROJECT / "sources")["salesforce"].objects
    assert not_passed(settings, [f"raw.salesforce__{name}" for name in objects]) == {
        ("raw.salesforce__opportunity", "gx_id_is_unique", "warning"),
        ("raw.salesforce__opportunity", "gx_owner_is_known", "warning"),
        ("raw.salesforce__opportunity", "gx_probability_is_a_percentage", "warning"),
        ("raw.salesforce__opportunity_history", "gx_opportunity_is_known", "warning"),
        ("raw.salesforce__opportunity_split", "gx_splits_sum_to_100_percent", "warning"),
        ("raw.salesforce__opportunity_line", "gx_opportunity_is_known", "warning"),
        ("raw.salesforce__task", "gx_owner_is_known", "warning"),
        ("raw.salesforce__quota", "gx_period_is_known", "warning"),
    }
