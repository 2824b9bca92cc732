"""Business minutes against a count of every minute, on random leads in zones with and without summer time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from tests.transform.model_sql import result_of

HOLIDAY = date(2025, 3, 31)
ZONES = {"generic:R1": "Asia/Jayapura", "generic:R2": "America/New_York", "generic:R3": "UTC"}


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day != HOLIDAY


def counted_minutes(start: datetime, finish: datetime, zone: ZoneInfo) -> int:
    """The minutes from start to finish that begin between 9 and 17 of a working day on the wall clock of `zone`."""
    minutes = (start + timedelta(minutes=n) for n in range(int((finish - start).total_seconds() // 60)))
    local = (minute.replace(tzinfo=UTC).astimezone(zone) for minute in minutes)
    return sum(9 <= minute.hour < 17 and is_working_day(minute.date()) for minute in local)


def test_business_minutes_are_the_minutes_of_working_hours() -> None:
    rng = np.random.default_rng(6)
    created = [datetime(2025, 2, 24) + timedelta(minutes=int(rng.integers(0, 60 * 24 * 35))) for _ in range(60)]
    waits = [int(minutes) for minutes in rng.choice([3, 50, 400, 3000, 9000], 60)]
    contacted = [start + timedelta(minutes=wait) for start, wait in zip(created, waits, strict=True)]
    owners = list(rng.choice(list(ZONES), 60))
    leads = pd.DataFrame(
        {"lead_id": [f"L{n:02}" for n in range(60)], "owner_id": owners, "created_at": created}
    ).assign(created_on=lambda rows: rows["created_at"].dt.date, source="generic")
    for absent in ("opportunity_id", "lead_source", "lead_status", "source_file", "exclusion_reason"):
        leads[absent] = pd.Series([None] * len(leads), dtype="string")
    for absent in ("qualified_at", "qualified_on", "converted_on", "known_to"):
        leads[absent] = pd.NaT
    days = pd.Series(pd.date_range("2025-02-20", "2025-04-10"))
    is_working = np.array([is_working_day(day.date()) for day in days])
    found = result_of(
        "fct_leads",
        int_lead_history=leads.assign(source_row=1),
        fct_activities=pd.DataFrame(
            {"lead_id": leads["lead_id"], "occurred_at": contacted, "direction": "outbound"}
        ).assign(occurred_on=date(2025, 1, 1)),
        activity_types=pd.DataFrame({"activity_type": ["call"], "metric": ["calls"]}),
        dim_reps=pd.DataFrame({"rep_id": list(ZONES), "holiday_region": "", "time_zone": list(ZONES.values())}).assign(
            exclusion_reason=pd.Series([None] * 3, dtype="string")
        ),
        int_working_days=pd.DataFrame({"region": "", "date_day": days, "is_working_day": is_working}).assign(
            working_days_before=np.cumsum(is_working) - is_working
        ),
        int_metric_recordings=pd.DataFrame({"assignee_type": "rep", "assignee_id": list(ZONES)}).assign(
            metric="calls", recorded_from=date(2024, 1, 1), recorded_to=date(2026, 1, 1)
        ),
        int_as_of_determined=pd.DataFrame(
            {
                "reporting_time_zone": ["UTC"],
                "earliest_plausible_on": [date(2005, 1, 1)],
                "latest_plausible_on": [date(2030, 1, 1)],
            }
        ),
    ).sort_values("lead_id")
    expected = [
        counted_minutes(start, finish, ZoneInfo(ZONES[owner]))
        for start, finish, owner in zip(created, contacted, owners, strict=True)
    ]
    assert found["response_minutes"].astype(int).tolist() == waits
    assert found["response_business_minutes"].astype(int).tolist() == expected
    assert 0 in expected and max(expected) > 480
