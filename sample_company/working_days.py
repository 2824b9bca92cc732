"""Months and working days in numpy: days are datetime64[D], instants datetime64[s] in UTC."""

from typing import Any

import numpy as np
import pandas as pd

REGION_WITH_OWN_HOLIDAY = "Papua"

HOLIDAYS = [
    ("2023-01-01", "New Year"),
    ("2023-01-22", "Chinese New Year"),
    ("2023-02-18", "Isra Mikraj"),
    ("2023-03-22", "Nyepi"),
    ("2023-04-07", "Good Friday"),
    ("2023-04-22", "Idul Fitri"),
    ("2023-04-23", "Idul Fitri"),
    ("2023-05-01", "Labour Day"),
    ("2023-05-18", "Ascension"),
    ("2023-06-01", "Pancasila Day"),
    ("2023-06-04", "Waisak"),
    ("2023-06-29", "Idul Adha"),
    ("2023-07-19", "Islamic New Year"),
    ("2023-08-17", "Independence Day"),
    ("2023-09-28", "Birth of the Prophet"),
    ("2023-12-25", "Christmas"),
    ("2024-01-01", "New Year"),
    ("2024-02-08", "Isra Mikraj"),
    ("2024-02-10", "Chinese New Year"),
    ("2024-03-11", "Nyepi"),
    ("2024-03-29", "Good Friday"),
    ("2024-03-31", "Easter"),
    ("2024-04-10", "Idul Fitri"),
    ("2024-04-11", "Idul Fitri"),
    ("2024-05-01", "Labour Day"),
    ("2024-05-09", "Ascension"),
    ("2024-05-23", "Waisak"),
    ("2024-06-01", "Pancasila Day"),
    ("2024-06-17", "Idul Adha"),
    ("2024-07-07", "Islamic New Year"),
    ("2024-08-17", "Independence Day"),
    ("2024-09-16", "Birth of the Prophet"),
    ("2024-12-25", "Christmas"),
    ("2025-01-01", "New Year"),
    ("2025-01-27", "Isra Mikraj"),
    ("2025-01-29", "Chinese New Year"),
    ("2025-03-29", "Nyepi"),
    ("2025-03-31", "Idul Fitri"),
    ("2025-04-01", "Idul Fitri"),
    ("2025-04-18", "Good Friday"),
    ("2025-04-20", "Easter"),
    ("2025-05-01", "Labour Day"),
    ("2025-05-12", "Waisak"),
    ("2025-05-29", "Ascension"),
    ("2025-06-01", "Pancasila Day"),
    ("2025-06-06", "Idul Adha"),
    ("2025-06-27", "Islamic New Year"),
    ("2025-08-17", "Independence Day"),
    ("2025-09-05", "Birth of the Prophet"),
    ("2025-12-25", "Christmas"),
    ("2026-01-01", "New Year"),
    ("2026-01-16", "Isra Mikraj"),
    ("2026-02-17", "Chinese New Year"),
    ("2026-03-19", "Nyepi"),
    ("2026-03-20", "Idul Fitri, joint leave"),
    ("2026-03-21", "Idul Fitri"),
    ("2026-03-22", "Idul Fitri"),
    ("2026-04-03", "Good Friday"),
    ("2026-04-05", "Easter"),
    ("2026-05-01", "Labour Day"),
    ("2026-05-14", "Ascension"),
    ("2026-05-27", "Idul Adha"),
    ("2026-05-31", "Waisak"),
    ("2026-06-01", "Pancasila Day"),
    ("2026-06-16", "Islamic New Year"),
    ("2026-08-17", "Independence Day"),
    ("2026-08-25", "Birth of the Prophet"),
    ("2026-12-25", "Christmas"),
]
REGIONAL_HOLIDAYS = [("2026-02-05", "Day of the Gospel")]

# around Lebaran hardly anybody buys, so no deal moves; only the official holidays are days off for the quota
LEBARAN_LULLS = [
    np.arange(first, after, dtype="datetime64[D]")
    for first, after in (
        ("2023-04-19", "2023-05-01"),
        ("2024-04-08", "2024-04-19"),
        ("2025-03-28", "2025-04-08"),
        ("2026-03-16", "2026-03-28"),
    )
]
LEBARAN_LULL = np.concatenate(LEBARAN_LULLS)
_NATIONAL = np.array([day for day, _ in HOLIDAYS], dtype="datetime64[D]")
_REGIONAL = np.array([day for day, _ in REGIONAL_HOLIDAYS], dtype="datetime64[D]")

TRADING = np.busdaycalendar(holidays=np.concatenate([_NATIONAL, LEBARAN_LULL]))


def official_calendar(region: str | None) -> np.busdaycalendar:
    """Working days by the holidays register, of a region or (None) of the whole company."""
    own = _REGIONAL if region == REGION_WITH_OWN_HOLIDAY else _REGIONAL[:0]
    return np.busdaycalendar(holidays=np.concatenate([_NATIONAL, own]))


def holidays_register() -> pd.DataFrame:
    """date, region (None: the whole country), name."""
    register = pd.DataFrame(HOLIDAYS + REGIONAL_HOLIDAYS, columns=["date", "name"])
    register["region"] = [None] * len(HOLIDAYS) + [REGION_WITH_OWN_HOLIDAY] * len(REGIONAL_HOLIDAYS)
    register["date"] = register["date"].to_numpy().astype("datetime64[s]")
    return register.sort_values("date", kind="stable")


def first_day(month: Any) -> Any:
    """The first day of each month (datetime64[M])."""
    return month.astype("datetime64[D]")


def last_day(month: Any) -> Any:
    """The last day of each month (datetime64[M])."""
    return (month + 1).astype("datetime64[D]") - 1


def add_working_days(days: Any, count: Any) -> Any:
    """`days` moved by `count` trading days; a day off counts from the next trading day."""
    return np.busday_offset(days, count, roll="forward", busdaycal=TRADING)


def instant(days: Any, second_of_day: Any, utc_offset: Any) -> Any:
    """The UTC instant of a local second of a local day; `utc_offset` in hours east."""
    return days.astype("datetime64[s]") + (second_of_day - utc_offset * 3600).astype("timedelta64[s]")


def local_day(instants: Any, utc_offset: Any) -> Any:
    """The local date of UTC instants; `utc_offset` in hours east."""
    return (instants + np.asarray(utc_offset * 3600).astype("timedelta64[s]")).astype("datetime64[D]")
