"""The profile of one source as tables of counts: one row per week, none left out, and one column per category."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

EVERYBODY = "all"
# for these measures this many of the most common values of a field are kept by name; the others are (others)
VALUES_KEPT = {"category_count": 24, "default_count": 12, "key_shape_count": 24}
OTHERS = "(others)"
# a default occurs in several records
FEWEST_OF_A_DEFAULT = 8
# a week with less than this share of the usual week's records is not yet one of the source's own
SHARE_OF_FIRST_WEEK = 0.05


@dataclass(frozen=True)
class Table:
    """Counts of one measure: `counts` has one row per week and one per category; `totals` are what they are out of."""

    categories: tuple[str, ...]
    counts: Any
    totals: Any


@dataclass(frozen=True)
class Profile:
    """All tables of a source by (object, field, measure, population, record type), on one axis of weeks (Mondays)."""

    source: str
    weeks: Any
    tables: dict[tuple[str, str, str, str, str], Table]

    def week(self, position: int) -> Any:
        """The Monday of a week, of the last one for what lies beyond."""
        return self.weeks[min(position, len(self.weeks) - 1)]

    def measured(self, *measures: str) -> list[tuple[tuple[str, str, str, str, str], Table]]:
        """The tables of some measures, in the order of their keys."""
        return [(key, self.tables[key]) for key in sorted(self.tables) if key[2] in measures]

    def rows(self, thing: str, field: str, population: str, record_type: str | None = None) -> Any:
        """How many records each week brought; of all types together without one."""
        by_type = self.volumes.get((thing, field, population), {})
        if record_type is not None:
            return by_type.get(record_type, np.zeros(len(self.weeks)))
        return sum(by_type.values(), np.zeros(len(self.weeks)))

    @cached_property
    def volumes(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """The records of each week by (object, field, population), then by type."""
        found: dict[tuple[str, str, str], dict[str, Any]] = {}
        for (thing, field, measure, population, record_type), table in self.tables.items():
            if measure == "row_count":
                found.setdefault((thing, field, population), {})[record_type] = table.counts[:, 0]
        return found


def read_profiles(profiles: pd.DataFrame, until: Any = None) -> list[Profile]:
    """The profile of each source; `until` is the last day that the extracts know: its week counts once it is over."""
    frame = profiles.assign(
        week_start=profiles["week_start"].to_numpy().astype("datetime64[D]"),
        category=profiles["category"].astype(object).where(profiles["category"].notna(), ""),
    )
    frame = name_commonest(frame)
    if until is not None:
        over = frame["week_start"].to_numpy().astype("datetime64[D]") + 6 <= np.datetime64(str(until)[:10], "D")
        frame = frame[over]
    found = (_read_source(str(source), rows) for source, rows in frame.groupby("source", sort=True))
    return [each for each in found if each is not None]


def name_commonest(frame: pd.DataFrame) -> pd.DataFrame:
    """The profile with (others) in place of the values of a field that are not among its commonest over all weeks."""
    place = ["source", "object", "field", "measure", "record_type"]
    is_named = frame["measure"].isin(list(VALUES_KEPT))
    everybody = frame[is_named & (frame["population"] == EVERYBODY)]
    totals = everybody.groupby([*place, "category"], as_index=False)["value"].sum()
    totals = totals.sort_values(["value", "category"], ascending=[False, True])
    position = totals.groupby(place).cumcount()
    is_kept = (position < totals["measure"].map(VALUES_KEPT)) & (
        (totals["measure"] != "default_count") | (totals["value"] >= FEWEST_OF_A_DEFAULT)
    )
    kept = pd.MultiIndex.from_frame(totals.loc[is_kept, [*place, "category"]])
    named = np.flatnonzero(is_named)
    is_other = ~pd.MultiIndex.from_frame(frame.iloc[named][[*place, "category"]]).isin(kept)
    category = frame["category"].to_numpy(dtype=object, copy=True)
    category[named[is_other]] = OTHERS
    return frame.assign(category=category)


def _read_source(source: str, frame: pd.DataFrame) -> Profile | None:
    days = frame["week_start"].to_numpy().astype("datetime64[D]")
    is_volume = ((frame["measure"] == "row_count") & (frame["population"] == EVERYBODY)).to_numpy()
    if not is_volume.any():
        return None
    volume = pd.Series(frame["value"].to_numpy()[is_volume].astype(float)).groupby(days[is_volume]).sum()
    begun = (
        volume.index[(volume >= SHARE_OF_FIRST_WEEK * volume.median()).to_numpy()].to_numpy().astype("datetime64[D]")
    )
    weeks = np.arange(begun[0], days.max() + 1, 7)
    position = ((days - weeks[0]).astype(int)) // 7
    kept = frame.assign(position=position)[position >= 0]
    keys = ["object", "field", "measure", "population", "record_type"]
    tables = {}
    for part in (kept, _of_all_types(kept)):
        for key, rows in part.groupby(keys, sort=True):
            thing, field, measure, population, record_type = (str(name) for name in key)
            tables[thing, field, measure, population, record_type] = _table(rows, len(weeks))
    return Profile(source, weeks, tables)


def _of_all_types(frame: pd.DataFrame) -> pd.DataFrame:
    """What is alike for all types of activity, together: a change of all of them shows in fewer records of each."""
    is_alike = frame["measure"].isin(["lag_count", "hour_count"]) | (
        (frame["measure"] == "filled_count") & (frame["field"] != "duration_minutes")
    )
    return frame[is_alike & (frame["record_type"] != "")].assign(record_type="")


def _table(rows: pd.DataFrame, weeks: int) -> Table:
    codes, categories = pd.factorize(rows["category"].to_numpy(), sort=True)
    counts, totals = np.zeros((weeks, len(categories))), np.zeros(weeks)
    np.add.at(counts, (rows["position"].to_numpy(), codes), rows["value"].to_numpy().astype(float))
    np.add.at(totals, rows["position"].to_numpy(), rows["row_count"].to_numpy().astype(float))
    return Table(tuple(map(str, categories)), counts, totals)
