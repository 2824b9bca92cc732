"""What all systems and the registers deliver on the days of their extracts, as files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from sample_company.extract import Company, activities_known, deals_known, extract
from sample_company.hubspot import extract_hubspot, hubspot_activities_known
from sample_company.migration import cleared_up
from sample_company.pipedrive import extract_pipedrive, pipedrive_activities_known
from sample_company.salesforce import extract_salesforce
from sample_company.salesforce_activities import salesforce_activities_known
from sample_company.story import NEVER
from sample_company.systems import GENERIC, HUBSPOT, PIPEDRIVE, SALESFORCE
from sample_company.write import GENERIC_FILES, PIPEDRIVE_FILES, REGISTER_FILES, SALESFORCE_FILES, write_csv
from sample_company.write_json import write_jsonl
from sample_company.xlsx import write_xlsx

_COLUMNS = {GENERIC: GENERIC_FILES, PIPEDRIVE: PIPEDRIVE_FILES, SALESFORCE: SALESFORCE_FILES}
# an export has no file for an object without (new) records
_MAY_BE_MISSING = {
    "OpportunityHistory", "OpportunityFieldHistory", "Task", "Event", "deal_property_history", "deals_archived",
    "calls", "emails", "meetings", "tasks",
}  # fmt: skip
# exported only at month ends, because it hardly changes or is long
_MONTHLY_ONLY = {
    "reps", "teams", "team_memberships", "accounts", "products", "opportunity_lines", "opportunity_splits", "leads",
    "users", "stages", "organizations", "owners", "pipelines", "companies", "contacts", "deals_archived", "User",
    "Account", "Lead", "RecordType", "Product2", "OpportunityLineItem", "OpportunitySplit", "OpportunitySplitType",
    "calls", "emails", "meetings", "tasks",
}  # fmt: skip


@dataclass(frozen=True)
class Delivery:
    """Where the files go, and the activities that all extracts share."""

    folder: Path
    connection: duckdb.DuckDBPyConnection
    sources: tuple[str, ...]
    activity_frames: Callable[[], Iterable[pd.DataFrame]]
    activities_in_parts: bool


def deliver(delivery: Delivery, company: Company, days: list[np.datetime64], ends: list[np.datetime64]) -> None:
    """Write the extracts of each source on these days, of which those in `ends` end a month."""
    own_days = {source: _days_of(source, company, days) for source in delivery.sources}
    for day in sorted(set().union(*own_days.values())):
        is_whole = day in ends
        # each source with the day of its previous export
        exports = [
            (source, max((earlier for earlier in of_source if earlier < day), default=None))
            for source, of_source in own_days.items()
            if day in of_source
        ]
        for source, before in exports:
            (delivery.folder / source / str(day)).mkdir(parents=True)
            for name, frame in _frames(company, source, before, day).items():
                if is_whole or before is None or name not in _MONTHLY_ONLY:
                    _write(delivery, source, day, name, frame, "")
        for part, activities in enumerate(delivery.activity_frames(), start=1):
            ending = f"-{part:03d}" if delivery.activities_in_parts else ""
            for source, before in exports:
                for name, frame in _activities(company, activities, source, before, day).items():
                    if is_whole or before is None or name not in _MONTHLY_ONLY:
                        _write(delivery, source, day, name, frame, ending)


def _days_of(source: str, company: Company, days: list[np.datetime64]) -> list[np.datetime64]:
    """Pipedrive is exported until its region leaves, and once more after that; then Salesforce begins."""
    left_on = company.story.crm_changed
    after = [day for day in days if day >= left_on]
    if source == PIPEDRIVE and left_on != NEVER:
        return sorted({day for day in days if day < left_on} | {left_on - 1}) + after[:1]
    begins_there = source == SALESFORCE and not (company.reps["source"] == SALESFORCE).any()
    return after if begins_there else days


def settings_of_the_move(company: Company, days: list[np.datetime64]) -> str:
    """The line of settings.yml with the last delivery of Pipedrive; blank if it continues."""
    if company.story.crm_changed == NEVER:
        return ""
    return f"sources_ended: {{{PIPEDRIVE}: {_days_of(PIPEDRIVE, company, days)[-1]}}}\n"


def _frames(company: Company, source: str, before: np.datetime64 | None, day: np.datetime64) -> dict[str, pd.DataFrame]:
    """The frames of an export without the activities; before is the day of the previous export."""
    left_on = company.story.crm_changed
    if source == PIPEDRIVE:
        frozen = min(day, left_on - 1)
        frames = extract_pipedrive(company, before, frozen, deals_known(company, frozen))
        return cleared_up(company, frames, left_on) if day > frozen else frames
    known_deals = deals_known(company, day)
    if source == GENERIC:
        return extract(company, day, known_deals)
    crm = {HUBSPOT: extract_hubspot, SALESFORCE: extract_salesforce}[source]
    return crm(company, before, day, known_deals)


def _activities(
    company: Company, activities: pd.DataFrame, source: str, before: np.datetime64 | None, day: np.datetime64
) -> dict[str, pd.DataFrame]:
    if source == GENERIC:
        return activities_known(company, activities, day)
    if source == HUBSPOT:
        return hubspot_activities_known(company, activities, day)
    if source == SALESFORCE:
        return salesforce_activities_known(company, activities, before, day)
    return {"activities": pipedrive_activities_known(company, activities, min(day, company.story.crm_changed - 1))}


def _write(delivery: Delivery, source: str, day: np.datetime64, name: str, frame: pd.DataFrame, ending: str) -> None:
    folder = delivery.folder / source / str(day)
    if frame.empty and name in _MAY_BE_MISSING:
        return
    if source == HUBSPOT:
        write_jsonl(delivery.connection, folder / f"{name}{ending}.jsonl", name, frame)
    else:
        # the telephone system delivers activities too
        columns = _COLUMNS[source][name.partition("-")[0]]
        write_csv(delivery.connection, folder / f"{name}{ending}.csv", columns, frame)


def deliver_registers(
    delivery: Delivery,
    registers: dict[str, pd.DataFrame],
    quotas: pd.DataFrame,
    revised: pd.DataFrame,
    first: np.datetime64,
    second: np.datetime64,
    totals: pd.DataFrame,
    last: np.datetime64,
) -> None:
    """All registers on one day; on a later day the revised quotas, as a workbook; on the last day the totals that were
    read off a CRM, if there are any."""
    for day in (first, second) if totals.empty else (first, second, last):
        (delivery.folder / "registers" / str(day)).mkdir(parents=True)
    folder = delivery.folder / "registers" / str(first)
    for name, frame in (registers | {"quotas": quotas}).items():
        write_csv(delivery.connection, folder / f"{name}.csv", REGISTER_FILES[name], frame)
    path = delivery.folder / "registers" / str(second) / "quotas.xlsx"
    write_xlsx(delivery.connection, path, REGISTER_FILES["quotas"], revised)
    if not totals.empty:
        path = delivery.folder / "registers" / str(last) / "crm_totals.csv"
        write_csv(delivery.connection, path, REGISTER_FILES["crm_totals"], totals)
