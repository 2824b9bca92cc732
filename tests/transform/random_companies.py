"""Random small companies at the level of staging: reps who change team, deals with defects, quotas for any of them."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

FIRST_DAY = date(2024, 12, 1)
LAST_DAY = date(2025, 6, 30)
TEAMS = ("north", "north-west", "south")
ACCOUNTS = ("a1", "a2", None)
ACTIVITY_TYPES = ("call", "email", "meeting", "proposal")
OPEN_STAGES = ("New", "Demo", "Offer")
PERIODS = (
    ("week", "2025-05-05"),
    ("week", "2025-05-12"),
    ("month", "2025-01-01"),
    ("month", "2025-02-01"),
    ("month", "2025-03-01"),
    ("month", "2025-04-01"),
    ("month", "2025-05-01"),
    ("month", "2025-06-01"),
    ("quarter", "2025-01-01"),
    ("quarter", "2025-04-01"),
    ("year", "2025-04-01"),
)
QUOTA_METRICS = (
    # plans meet where most of them are for one metric
    *("revenue_won",) * 9,
    *("revenue_won", "deals_won", "new_customers", "units_sold", "pipeline_created"),
    *("leads_qualified", "calls", "emails", "meetings", "proposals"),
)
SHARES = (
    ("0.5", "0.5"),
    ("0.3333", "0.3333", "0.3333"),
    ("0.333333", "0.333333", "0.333334"),
    ("0.7", "0.3"),
    ("0.9", "0.2"),
    ("0.5", "0.4"),
)
"""The shares of a split deal; the last two do not sum to it."""

Draw = Callable[[st.SearchStrategy[Any]], Any]
Company = dict[str, list[dict[str, Any]]]

days = st.integers(0, (LAST_DAY - FIRST_DAY).days).map(lambda number: FIRST_DAY + timedelta(days=number))
cents = st.integers(0, 10_000_000).map(lambda number: f"{number // 100}.{number % 100:02d}")
credit_notes = cents.map(lambda amount: f"-{amount}")
billions = st.integers(10**10, 10**15 - 1).map(str)
amounts = st.one_of(*[cents] * 7, credit_notes, billions, st.none())
currencies = st.sampled_from([None] * 6 + ["EUR", "EUR", "XXX"])


@st.composite
def companies(draw: Draw, recorded: bool = False) -> Company:
    """Rows by staging model; `recorded` where every metric is recorded from the first day on."""
    reps = [f"r{number}" for number in range(1, draw(st.integers(2, 4)) + 1)]
    owners = [*reps, *reps, "nobody", None]
    deals = [_deal(draw, f"d{number}", owners) for number in range(1, draw(st.integers(1, 8)) + 1)]
    first = [_FIRST_DEAL] if recorded or draw(st.booleans()) else []
    keys = [deal["opportunity_key"] for deal in deals]
    plan = [_quota(draw, reps) for _ in _up_to(draw, 10)]
    revised = [quota | {"target_amount": 7} for quota in plan if draw(st.integers(0, 4)) == 0]
    twice = [deal | {"amount": draw(amounts)} for deal in deals if draw(st.integers(0, 3)) == 0]
    return {
        "stg_generic__teams": [
            {"team_key": "north", "team_name": "North"},
            {"team_key": "north-west", "team_name": "North West", "parent_team_reference": "north"},
            {"team_key": "south", "team_name": "South"},
        ],
        "stg_generic__reps": [_rep(draw, rep) for rep in reps],
        "stg_generic__team_memberships": [row for rep in reps for row in _moves(draw, rep)],
        "stg_generic__accounts": [{"account_key": key, "account_name": key} for key in ACCOUNTS if key],
        "stg_generic__products": [{"product_key": "p1", "product_name": "Pump", "list_price": 10}],
        "stg_generic__opportunities": [*first, *deals, *twice],
        "stg_generic__opportunity_splits": [
            # halves of an odd amount are half cents
            *(_split(deal["opportunity_key"], rep, "0.5") for deal in first for rep in reps[:2]),
            *(row for key in keys for row in _splits(draw, key, reps)),
        ],
        "stg_generic__opportunity_lines": [
            *(_line(deal["opportunity_key"], 1, 5) for deal in first),
            *(row for key in keys for row in _lines(draw, key)),
        ],
        "stg_generic__stage_events": [row for deal in deals for row in _events(draw, deal)],
        "stg_generic__leads": [
            *(_FIRST_LEAD for _ in first),
            *(_lead(draw, f"l{number}", owners, keys) for number in _up_to(draw, 3)),
        ],
        "stg_generic__activities": [
            *(activity for _ in first for activity in _FIRST_ACTIVITIES),
            *(_activity(draw, f"c{number}", owners) for number in _up_to(draw, 5)),
        ],
        "stg_registers__quotas": [*plan, *revised],
        "stg_registers__holidays": [_holiday(draw) for _ in _up_to(draw, 4)],
        "stg_registers__exchange_rates": [
            {"currency": "EUR", "rate_month": f"{year}-{month:02d}-01", "rate_to_reporting": f"1.{month:02d}37"}
            for year, month in ((2024, 12), (2025, 1), (2025, 2), (2025, 3), (2025, 4), (2025, 5))
        ],
        "stg_registers__stage_maps": stage_maps(),
    }


@st.composite
def newcomers(draw: Draw) -> Company:
    """A rep with a team, a region, deals, activities and quotas that are separate from everybody else's."""
    rep = {
        "rep_key": "zoe",
        "rep_name": "Zoe",
        "team_reference": "island",
        "region": "island",
        "role": "seller",
    }
    deals = [_deal(draw, f"n{number}", ["zoe"]) | {"account_reference": "a9"} for number in (1, 2)]
    return {
        "stg_generic__teams": [{"team_key": "island", "team_name": "Island"}],
        "stg_generic__reps": [rep],
        "stg_generic__accounts": [{"account_key": "a9", "account_name": "a9"}],
        "stg_generic__opportunities": deals,
        "stg_generic__opportunity_lines": [row for deal in deals for row in _lines(draw, deal["opportunity_key"])],
        "stg_generic__stage_events": [row for deal in deals for row in _events(draw, deal)],
        "stg_generic__activities": [_activity(draw, "n", ["zoe"])],
        "stg_registers__quotas": [
            _quota(draw, ["zoe"], teams=["island"]) | {"period_type": period_type, "period_start": period_start}
            for period_type, period_start in PERIODS
        ],
        "stg_registers__holidays": [{"holiday_on": draw(days), "region": "island"}],
    }


def damaged(company: Company, random: Random) -> Company:
    """The company with what extracts really have: dates in no period, deals closed before they were created."""
    faults: dict[str, list[dict[str, Any]]] = {
        "stg_generic__opportunities": [
            {"created_at": None, "created_on": None},
            {"created_at": "1925-02-01 05:00:00", "created_on": "1925-02-01"},
            {"close_date": "1925-02-01"},
            {"close_date": "2024-11-30"},
            {"created_by_reference": None, "currency": "XXX"},
        ],
        "stg_generic__opportunity_lines": [{"quantity": None}, {"product_reference": "nothing"}],
        "stg_generic__leads": [
            {"qualified_at": "1925-02-01 05:00:00", "qualified_on": "1925-02-01"},
            {"created_at": None, "created_on": None},
        ],
        "stg_generic__activities": [
            {"occurred_at": "1925-02-01 05:00:00", "occurred_on": "1925-02-01"},
            {"occurred_at": "2025-12-01 05:00:00", "occurred_on": "2025-12-01"},
        ],
        "stg_registers__quotas": [{"currency": "XXX"}, {"assignee_reference": "nobody"}],
    }
    return company | {
        model: [row | random.choice(faults[model]) if random.random() < 0.3 else row for row in company[model]]
        for model in faults
    }


def stage_maps() -> list[dict[str, Any]]:
    """The stages of every pipeline, and the two ways out of them."""
    stages = [(stage, order, False, False) for order, stage in enumerate(OPEN_STAGES, start=1)]
    return [
        {
            **{"source": "generic", "source_stage": stage, "stage": stage, "stage_order": order},
            **{"is_closed": is_closed, "is_won": is_won},
        }
        for stage, order, is_closed, is_won in [*stages, ("Won", 8, True, True), ("Lost", 9, True, False)]
    ]


def at_noon(day: date) -> str:
    """A UTC instant whose business date in Jakarta is `day`."""
    return f"{day} 05:00:00"


_NOON = at_noon(FIRST_DAY)
_FIRST_DEAL = {
    **{"opportunity_key": "d0", "account_reference": "a1", "source_stage": "Won", "amount": "10.01"},
    **{"created_at": _NOON, "created_on": FIRST_DAY, "close_date": FIRST_DAY, "is_deleted": False},
}
_FIRST_LEAD = {
    **{"lead_key": "l0", "created_at": _NOON, "created_on": FIRST_DAY},
    **{"qualified_at": _NOON, "qualified_on": FIRST_DAY},
}
_FIRST_ACTIVITIES = [
    {
        **{"activity_key": f"first {activity_type}", "activity_type": activity_type},
        **{"occurred_at": _NOON, "occurred_on": FIRST_DAY, "logged_at": _NOON},
    }
    for activity_type in ACTIVITY_TYPES
]


def _up_to(draw: Draw, most: int) -> range:
    return range(1, draw(st.integers(0, most)) + 1)


def _rep(draw: Draw, rep: str) -> dict[str, Any]:
    return {
        "rep_key": rep,
        "rep_name": f"Rep {rep}",
        "team_reference": draw(st.sampled_from([*TEAMS, None])),
        "region": draw(st.sampled_from([None, "coast"])),
        "role": "seller",
    }


def _moves(draw: Draw, rep: str) -> list[dict[str, Any]]:
    if not draw(st.booleans()):
        return []
    moved_on = draw(days)
    return [
        {"rep_reference": rep, "team_reference": draw(st.sampled_from(TEAMS)), "valid_to": moved_on},
        {
            **{"rep_reference": rep, "team_reference": draw(st.sampled_from(TEAMS))},
            # a gap between two teams is a time without a team
            "valid_from": moved_on + timedelta(days=draw(st.sampled_from([1, 20]))),
        },
    ]


def _deal(draw: Draw, key: str, owners: Sequence[str | None]) -> dict[str, Any]:
    created_on = draw(days)
    closed_on = created_on + timedelta(days=draw(st.integers(0, 120)))
    stage = draw(st.sampled_from([*OPEN_STAGES, "Won", "Won", "Won", "Lost"]))
    return {
        "opportunity_key": key,
        "owner_reference": draw(st.sampled_from(owners)),
        "account_reference": draw(st.sampled_from(ACCOUNTS)),
        "created_by_reference": draw(st.sampled_from(owners)),
        "pipeline": draw(st.sampled_from([None, None, "renewal"])),
        "source_stage": stage,
        "amount": draw(amounts),
        "currency": draw(currencies),
        "created_at": at_noon(created_on),
        "created_on": created_on,
        "close_date": closed_on if draw(st.integers(0, 9)) else None,
        "is_deleted": draw(st.integers(0, 9)) == 0,
    }


def _splits(draw: Draw, deal: str, reps: Sequence[str]) -> list[dict[str, Any]]:
    if not draw(st.booleans()):
        return []
    shares = draw(st.sampled_from(SHARES))
    holders = draw(st.permutations([*reps, "nobody"]))
    return [_split(deal, rep, share) for rep, share in zip(holders, shares, strict=False)]


def _split(deal: str, rep: str, share: str) -> dict[str, Any]:
    return {"opportunity_reference": deal, "rep_reference": rep, "share": share}


def _lines(draw: Draw, deal: str) -> list[dict[str, Any]]:
    return [_line(deal, number, draw(st.integers(0, 50))) for number in _up_to(draw, 2)]


def _line(deal: str, number: int, quantity: int) -> dict[str, Any]:
    return {
        **{"line_key": f"{deal}-{number}", "opportunity_reference": deal, "product_reference": "p1"},
        **{"quantity": quantity, "unit_price": 10},
    }


def _events(draw: Draw, deal: dict[str, Any]) -> list[dict[str, Any]]:
    """A log that may skip, go back, come again and reopen; some deals have none."""
    walked = draw(st.lists(st.sampled_from([*OPEN_STAGES, *OPEN_STAGES, "Won", "Lost"]), max_size=4))
    if not walked:
        return []
    day = deal["created_on"]
    rows = []
    for stage in [*walked, deal["source_stage"]]:
        row = {"opportunity_reference": deal["opportunity_key"], "to_source_stage": stage, "changed_at": at_noon(day)}
        rows.append(row)
        day += timedelta(days=draw(st.sampled_from([0, 1, 29, 31])))
    return rows


def _lead(draw: Draw, key: str, owners: Sequence[str | None], deals: Sequence[str]) -> dict[str, Any]:
    created_on = draw(days)
    qualified_on = created_on + timedelta(days=3) if draw(st.booleans()) else None
    return {
        "lead_key": key,
        "owner_reference": draw(st.sampled_from(owners)),
        "opportunity_reference": draw(st.sampled_from([*deals, None])),
        "lead_source": draw(st.sampled_from(["web", "event"])),
        "created_at": at_noon(created_on),
        "created_on": created_on,
        "qualified_at": at_noon(qualified_on) if qualified_on else None,
        "qualified_on": qualified_on,
    }


def _activity(draw: Draw, key: str, owners: Sequence[str | None]) -> dict[str, Any]:
    occurred_on = draw(days)
    return {
        "activity_key": key,
        "activity_type": draw(st.sampled_from(ACTIVITY_TYPES)),
        "rep_reference": draw(st.sampled_from(owners)),
        "occurred_at": at_noon(occurred_on),
        "occurred_on": occurred_on,
        "logged_at": at_noon(occurred_on),
    }


def _quota(draw: Draw, reps: Sequence[str], teams: Sequence[str] = TEAMS) -> dict[str, Any]:
    assignees = [("company", "company"), *(("team", team) for team in teams), *(("rep", rep) for rep in reps)]
    assignee_type, assignee = draw(st.sampled_from(assignees))
    period_type, period_start = draw(st.sampled_from(PERIODS))
    return {
        **{
            "assignee_type": assignee_type,
            "assignee_reference": assignee,
            "metric": draw(st.sampled_from(QUOTA_METRICS)),
        },
        **{"period_type": period_type, "period_start": period_start, "target_amount": draw(st.integers(0, 500_000))},
        "effective_from": draw(st.sampled_from([None, None, "2025-05-14", "2025-02-10"])),
        "currency": draw(st.sampled_from([None, None, "EUR"])),
    }


def _holiday(draw: Draw) -> dict[str, Any]:
    return {"holiday_on": draw(days), "region": draw(st.sampled_from([None, "coast"]))}
