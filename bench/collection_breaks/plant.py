"""Breaks planted into a company's rows, in three strengths."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bench.collection_breaks.company import Company

STRENGTHS = ("strong", "medium", "weak")


@dataclass(frozen=True)
class Planted:
    """What was planted: kind, where (object, fields that show it, population) and the week of its first day."""

    kind: str
    thing: str
    fields: tuple[str, ...]
    population: str
    week: int


def plant(rng: np.random.Generator, company: Company, kind: str, strength: str) -> Planted:
    """Change the rows of `company` from some day on; strong, medium and weak are 0, 1 and 2."""
    week = int(rng.integers(26, company.shape.weeks - 16))
    team = None if rng.random() < 0.5 else int(rng.integers(company.shape.teams))
    day = week * 7 + int(rng.integers(0, 5))
    change = _Change(rng, company, team, day, STRENGTHS.index(strength))
    thing, fields = CHANGES[kind](change)
    population = "all" if change.team is None else f"team:{change.team}"
    return Planted(kind, thing, fields, population, week)


@dataclass
class _Change:
    rng: np.random.Generator
    company: Company
    team: int | None
    day: int
    level: int

    def pick(self, *by_strength: float) -> float:
        return by_strength[self.level]

    def here(self, rows: pd.DataFrame, day: str = "day") -> Any:
        mine = np.ones(len(rows), dtype=bool) if self.team is None else (rows["team"] == self.team).to_numpy()
        return mine & (rows[day] >= self.day).to_numpy()

    def chance(self, rows: pd.DataFrame, share: float) -> Any:
        return self.rng.random(len(rows)) < share


def _tracking_started(change: _Change) -> tuple[str, tuple[str, ...]]:
    rows = change.company.activities
    mine = (rows["team"] == change.team) if change.team is not None else True
    before = mine & (rows["day"] < change.day)
    change.company.activities = rows[~(before & ~change.chance(rows, change.pick(0, 0.01, 0.12)))]
    return "activity", ("rows",)


def _tracking_stopped(change: _Change) -> tuple[str, tuple[str, ...]]:
    rows = change.company.activities
    change.company.activities = rows[~(change.here(rows) & ~change.chance(rows, change.pick(0, 0.01, 0.12)))]
    return "activity", ("rows",)


def _outage(change: _Change) -> tuple[str, tuple[str, ...]]:
    change.day -= change.day % 7
    rows = change.company.activities
    days = change.pick(28, 14, 7)
    within = change.here(rows) & (rows["day"] < change.day + days).to_numpy()
    if change.rng.random() < 0.5:
        within &= (rows["type"] == "call").to_numpy()
    change.company.activities = rows[~(within & ~change.chance(rows, change.pick(0, 0.03, 0.1)))]
    return "activity", ("rows",)


def _migration(change: _Change) -> tuple[str, tuple[str, ...]]:
    rows = change.company.activities
    mine = (rows["team"] == change.team) if change.team is not None else np.ones(len(rows), dtype=bool)
    new = mine & (rows["day"] >= change.day)
    if change.level != 2:
        change.company.activities = rows = rows.assign(key=np.where(new, "N-" + rows["key"].str[1:], rows["key"]))
    if change.level != 1:
        share = change.pick(1, 0, 0.05)
        old = mine & (rows["day"] < change.day) & change.chance(rows, share)
        change.company.activities = rows.assign(logged=np.where(old, change.day * 86_400 + 3600, rows["logged"]))
    return "activity", ("logged_at", "activity_id")


def _definition_changed(change: _Change) -> tuple[str, tuple[str, ...]]:
    company = change.company
    which = int(change.rng.integers(3))
    if which == 0:
        value = ("web", "event", "partner")[change.level]
        leads = company.leads
        company.leads = leads.assign(
            source=leads["source"].where(~(change.here(leads) & (leads["source"] == value)), "online")
        )
        return "lead", ("source",)
    if which == 1:
        value = ("new", "renewal", "upsell")[change.level]
        deals = company.deals
        company.deals = deals.assign(
            type=deals["type"].where(~(change.here(deals) & (deals["type"] == value)), "other")
        )
        return "opportunity", ("opportunity_type",)
    value = ("Qualify", "Demo", "Offer")[change.level]
    events = company.events
    company.events = events.assign(
        stage=events["stage"].where(~(change.here(events) & (events["stage"] == value)), "Discovery")
    )
    return "stage_event", ("to_stage",)


def _field_fill_changed(change: _Change) -> tuple[str, tuple[str, ...]]:
    company = change.company
    kept = change.pick(0.3, 0.6, 0.85)
    which = int(change.rng.integers(6))
    if which >= 4:
        deals = company.deals
        column, default = (("amount", 1000.0), ("account", 0))[which - 4]
        filled = change.here(deals) & ~change.chance(deals, kept if which == 4 else change.pick(0.3, 0.5, 0.7))
        company.deals = deals.assign(**{column: np.where(filled, default, deals[column])})
        return "opportunity", (("amount", "account_id")[which - 4],)
    if which == 0:
        deals = company.deals
        company.deals = deals.assign(
            has_account=deals["has_account"] & ~(change.here(deals) & ~change.chance(deals, kept))
        )
        return "opportunity", ("account_id",)
    if which == 1:
        deals = company.deals
        # mandatory from then on, or nearly
        forced = (
            change.here(deals, "closed_day") & (deals["reason"] == "") & change.chance(deals, change.pick(1, 0.6, 0.25))
        )
        company.deals = deals.assign(reason=deals["reason"].where(~forced, "price"))
        return "opportunity", ("loss_reason",)
    if which == 2:
        rows = company.activities
        company.activities = rows.assign(
            has_direction=rows["has_direction"] & ~(change.here(rows) & ~change.chance(rows, kept))
        )
        return "activity", ("direction",)
    leads = company.leads
    company.leads = leads.assign(has_source=leads["has_source"] & ~(change.here(leads) & ~change.chance(leads, kept)))
    return "lead", ("source",)


def _unit_changed(change: _Change) -> tuple[str, tuple[str, ...]]:
    company = change.company
    if change.rng.random() < 0.5:
        deals = company.deals
        factor = change.pick(1000, 15, 2.2)
        company.deals = deals.assign(amount=deals["amount"] * np.where(change.here(deals), factor, 1))
        return "opportunity", ("amount",)
    rows = company.activities
    touched = change.here(rows) & change.chance(rows, change.pick(1, 0.6, 0.2))
    company.activities = rows.assign(minutes=rows["minutes"] * np.where(touched, 60, 1))
    return "activity", ("duration_minutes",)


def _time_zone_changed(change: _Change) -> tuple[str, tuple[str, ...]]:
    rows = change.company.activities
    seconds = int(change.pick(7, 3, 1)) * 3600 * (1 if change.rng.random() < 0.5 else -1)
    moved = np.where(change.here(rows), seconds, 0)
    change.company.activities = rows.assign(instant=rows["instant"] + moved)
    return "activity", ("occurred_at",)


def _volume_regime_changed(change: _Change) -> tuple[str, tuple[str, ...]]:
    rows = change.company.activities
    only_calls = change.rng.random() < 0.5
    mine = (rows["team"] == change.team) if change.team is not None else np.ones(len(rows), dtype=bool)
    unlogged = mine & (rows["day"] < change.day) & ~change.chance(rows, 1 / change.pick(3, 1.9, 1.4))
    if only_calls:
        unlogged &= rows["type"] == "call"
    change.company.activities = rows[~unlogged]
    return "activity", ("rows",)


def _late(change: _Change) -> tuple[str, tuple[str, ...]]:
    weeks = int(change.rng.integers(6, 14))

    def late_rows(rows: pd.DataFrame, day: str = "day") -> Any:
        spell = change.here(rows, day) & (rows[day] < change.day + 7 * weeks).to_numpy()
        return spell & change.chance(rows, change.pick(0.9, 0.45, 0.15))

    if change.rng.random() < 0.5:
        # entered late, so the extracts of that time do not have them
        frame, day, late, thing, field = (
            ("leads", "day", "shown_late", "lead", "created_at"),
            ("deals", "day", "shown_late", "opportunity", "created_at"),
            ("deals", "closed_day", "close_shown_late", "opportunity", "close_date"),
            ("events", "day", "shown_late", "stage_event", "changed_at"),
        )[int(change.rng.integers(4))]
        rows = getattr(change.company, frame)
        days = np.where(late_rows(rows, day), change.rng.integers(10, 28, len(rows)), rows[late])
        setattr(change.company, frame, rows.assign(**{late: days}))
        return thing, (field,)
    rows = change.company.activities
    spell = late_rows(rows)
    logged = rows["instant"] + change.rng.integers(10, 28, len(rows)) * 86_400
    change.company.activities = rows.assign(logged=np.where(spell, logged, rows["logged"]))
    return "activity", ("logged_at",)


def _duplicates(change: _Change) -> tuple[str, tuple[str, ...]]:
    change.day -= change.day % 7
    rows = change.company.activities
    days = change.pick(14, 7, 7)
    again = (
        change.here(rows)
        & (rows["day"] < change.day + days).to_numpy()
        & change.chance(rows, change.pick(1, 0.5, 0.12))
    )
    change.company.activities = pd.concat(
        [rows.assign(is_copy=False), rows[again].assign(is_copy=True)], ignore_index=True
    )
    return "activity", ("rows",)


def _bulk_edit(change: _Change) -> tuple[str, tuple[str, ...]]:
    deals = change.company.deals
    mine = (deals["team"] == change.team) if change.team is not None else np.ones(len(deals), dtype=bool)
    touched = deals[mine & (deals["day"] < change.day) & change.chance(deals, change.pick(0.9, 0.3, 0.05))]
    edits = pd.DataFrame({"team": touched["team"], "field": "updated_at", "instant": change.day * 86_400 + 7200})
    change.company.edits = pd.concat([change.company.edits, edits], ignore_index=True)
    return "opportunity", ("updated_at", "opportunity_type")


CHANGES: dict[str, Callable[[_Change], tuple[str, tuple[str, ...]]]] = {
    "tracking_started": _tracking_started,
    "tracking_stopped": _tracking_stopped,
    "outage": _outage,
    "migration": _migration,
    "definition_changed": _definition_changed,
    "field_fill_changed": _field_fill_changed,
    "unit_or_currency_changed": _unit_changed,
    "time_zone_changed": _time_zone_changed,
    "volume_regime_changed": _volume_regime_changed,
    "late_or_backdated_entry": _late,
    "duplicate_burst": _duplicates,
    "bulk_edit": _bulk_edit,
}
