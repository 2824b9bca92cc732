"""The timeline: the days on which the recording changes, and the days on which only the business changes.

A day outside the window is NEVER: a shorter company has fewer breaks. ALWAYS means from the beginning.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sample_company.people import TEAM_IDS, Window
from sample_company.systems import GENERIC, PAPUA, PIPEDRIVE, SALESFORCE, source_of_region
from sample_company.working_days import LEBARAN_LULLS, first_day, last_day

ALWAYS, NEVER = np.datetime64("1900-01-01", "D"), np.datetime64("2200-01-01", "D")
REPORTING_OFFSET = 7
JAKARTA_ONE, JAYAPURA, JAKARTA_TWO, SORONG = 0, 2, 3, 5


@dataclass(frozen=True)
class Break:
    """A change of how something is recorded. Object, field and population are named as in docs/metrics.md;
    days are text, inclusive; ends_on is None if the new way stays."""

    kind: str
    source: str
    object: str
    field: str
    population: str
    starts_on: str
    ends_on: str | None
    is_declared: bool
    """In the register collection_changes or, of a migration, in crosswalk."""
    what: str


@dataclass(frozen=True)
class InnocentChange:
    """A change of the business that no check may call a break; days as text, inclusive."""

    what: str
    population: str
    starts_on: str
    ends_on: str


@dataclass(frozen=True)
class Story:
    """Days as datetime64[D]; a pair is a first and a last day, both inclusive."""

    tracking_started: np.datetime64
    whatsapp_listed: np.datetime64
    phone_connected: np.datetime64
    stage_renamed: np.datetime64
    migrated: np.datetime64
    reason_required: np.datetime64
    edited: np.datetime64
    doubled: tuple[np.datetime64, np.datetime64]
    phone_silent: tuple[np.datetime64, np.datetime64]
    logged_late: tuple[np.datetime64, np.datetime64]
    duration_in_seconds: np.datetime64
    due_in_local_time: np.datetime64
    crm_left: np.datetime64
    """The day on which the region around Makassar leaves its CRM: no closed deal is reopened across it."""
    crm_changed: np.datetime64
    """The same day where it goes from Pipedrive to Salesforce, else NEVER."""
    tracking_stopped: np.datetime64
    territory_opened: np.datetime64
    great_quarter: tuple[np.datetime64, np.datetime64]
    peaks: tuple[tuple[np.datetime64, np.datetime64], ...]


def make_story(window: Window, sources: tuple[str, ...], *, with_breaks: bool = True) -> Story:
    """The days of a window; months are counted from its first, which is 0. Without breaks everything is recorded in the
    same way from the first day on, but deals still move from one CRM to another."""

    def day_of_business(month: int) -> Any:
        return first_day(window.month(month)) if month < window.months - 1 else NEVER

    def day(month: int, day_of_month: int = 1) -> Any:
        first = day_of_business(month)
        return first + (day_of_month - 1) if with_breaks and first != NEVER else NEVER

    def sunday(month: int) -> Any:
        second_week = day(month, 8)
        # 1970-01-04 was a Sunday
        return second_week if second_week == NEVER else second_week + (3 - second_week.astype(int)) % 7

    quarter = window.last_month - window.last_month.astype(int) % 3 - 3
    first, last = first_day(window.first_month), last_day(window.last_month)
    crm_left = day_of_business(14)
    has_late = window.months > 17 and GENERIC in sources
    return Story(
        # team memberships are known only with the plain source
        tracking_started=day(3) if with_breaks and GENERIC in sources else ALWAYS,
        whatsapp_listed=day(7) if with_breaks else ALWAYS,
        phone_connected=day(8),
        stage_renamed=day(9),
        migrated=sunday(10),
        reason_required=day(11) if with_breaks else ALWAYS,
        edited=sunday(12),
        doubled=(day(13, 10), day(13, 13)),
        phone_silent=(day(15, 8), day(15, 21)),
        logged_late=(day(16), last_day(window.month(17))) if has_late else (NEVER, NEVER),
        duration_in_seconds=day(18),
        due_in_local_time=day(10),
        crm_left=crm_left,
        crm_changed=crm_left if {PIPEDRIVE, SALESFORCE} <= set(sources) else NEVER,
        tracking_stopped=day(20),
        territory_opened=first_day(window.month(window.months * 7 // 12)),
        great_quarter=(first_day(quarter), last_day(quarter + 2)),
        peaks=tuple((lull[0] - 42, lull[0] - 1) for lull in LEBARAN_LULLS if first <= lull[0] - 42 and lull[0] <= last),
    )


def planted_breaks(story: Story, sources: tuple[str, ...]) -> tuple[Break, ...]:
    """The breaks of the given sources, oldest first."""
    jayapura, jakarta_one, jakarta_two = (
        f"team:{GENERIC}:{TEAM_IDS[team]}" for team in (JAYAPURA, JAKARTA_ONE, JAKARTA_TWO)
    )
    forever = NEVER
    papua = source_of_region(PAPUA, sources)
    rows: list[tuple[str, str, str, str, str, np.datetime64, np.datetime64, bool, str]] = [
        ("tracking_started", papua, "activity", "rows", jayapura, story.tracking_started, forever, True,
         "the team begins to log activities"),
        ("definition_changed", GENERIC, "lead", "source", "all", story.whatsapp_listed, forever, True,
         "whatsapp becomes a source of its own; it was entered as phone before"),
        ("volume_regime_changed", GENERIC, "activity", "rows", "all", story.phone_connected, forever, False,
         "the telephone system records every call; by hand about one in three was logged"),
        ("definition_changed", GENERIC, "stage_event", "to_stage", "all", story.stage_renamed, forever, True,
         "the stage Qualified is called Discovery"),
        ("migration", GENERIC, "activity", "logged_at", jakarta_one, story.migrated, forever, False,
         "activities are imported into a new tool: all older ones are logged at one instant, new ids look different"),
        ("field_fill_changed", GENERIC, "opportunity", "loss_reason", "all", story.reason_required, forever, False,
         "the reason of a loss becomes mandatory; four in ten had one before"),
        ("bulk_edit", GENERIC, "opportunity", "opportunity_type", jakarta_two, story.edited, story.edited, False,
         "a script sets the type of every deal of the team at one instant"),
        ("duplicate_burst", PIPEDRIVE, "activity", "rows", "all", *story.doubled, False,
         "a synchronization runs twice: the activities of these days are exported twice"),
        ("outage", GENERIC, "activity", "rows", "all", *story.phone_silent, False,
         "the telephone system delivers no calls"),
        ("late_or_backdated_entry", papua, "activity", "logged_at", jayapura, *story.logged_late, False,
         "the team enters its activities two to four weeks after they occurred"),
        ("unit_or_currency_changed", GENERIC, "activity", "duration_minutes", "all", story.duration_in_seconds, forever,
         False, "the telephone system exports the duration of calls in seconds"),
        ("time_zone_changed", PIPEDRIVE, "activity", "occurred_at", "all", story.due_in_local_time, forever, False,
         "due times are exported in the time of Jakarta instead of UTC"),
        ("migration", SALESFORCE, "opportunity", "rows", "all", story.crm_changed, forever, True,
         "the region around Makassar moves to Salesforce: open deals are created again there, with new ids and dates"),
        ("tracking_stopped", GENERIC, "activity", "rows", jakarta_two, story.tracking_stopped, forever, False,
         "the team ceases to log activities"),
    ]  # fmt: skip
    return tuple(
        Break(
            kind, source, thing, field, population, str(starts), None if ends == forever else str(ends), declared, what
        )
        for kind, source, thing, field, population, starts, ends, declared, what in rows
        if starts not in (ALWAYS, NEVER)
        and source in sources
        and (GENERIC in sources or not population.startswith("team:"))
    )


def innocent_changes(story: Story, sources: tuple[str, ...], as_of: np.datetime64) -> tuple[InnocentChange, ...]:
    """Changes that may look like a break but are not, in no special order."""
    sorong = f"team:{GENERIC}:{TEAM_IDS[SORONG]}" if GENERIC in sources else "all"
    return (
        InnocentChange("great_quarter", "all", *(str(day) for day in story.great_quarter)),
        InnocentChange("new_territory", sorong, str(story.territory_opened), str(as_of)),
        *(InnocentChange("peak_season", "all", str(first), str(last)) for first, last in story.peaks),
    )


def within(days: Any, span: tuple[np.datetime64, np.datetime64]) -> Any:
    """Which days lie in a span, both ends included."""
    return (days >= span[0]) & (days <= span[1])


def moved_at(story: Story) -> Any:
    """The instant from which Salesforce has what Pipedrive had: midnight in the reporting time zone."""
    return story.crm_changed.astype("datetime64[s]") - np.timedelta64(REPORTING_OFFSET, "h")
