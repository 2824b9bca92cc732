"""Reps, teams, memberships, accounts and products. Rows refer to each other by position.

A rep's region is its position modulo 3, its first team its position modulo 6; `systems.py` says which region works
where.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sample_company.systems import GENERIC, PIPEDRIVE, SALESFORCE, SOURCES, mixed_ids, native_ids, source_of_region
from sample_company.working_days import first_day

PARENT_TEAM = "T-ID"
TEAM_IDS = ["T-JKT1", "T-MKS1", "T-JYP", "T-JKT2", "T-MKS2", "T-SRG"]
TEAM_NAMES = ["Jakarta Hospitality", "Makassar City", "Jayapura", "Jakarta Retail", "Makassar Coast", "Sorong"]
REGIONS = ["Jakarta", "Sulawesi Selatan", "Papua"]
TIME_ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
UTC_OFFSETS = np.array([7, 8, 9])

# positions in the roster of the three reps with a story; the first six lead the teams
JOINER, MOVER, LEAVER = 6, 8, 9
_MOVES_TO = np.array([3, 4, 3, 0, 1, 2])

_FIRST_NAMES = (
    "Adi Bunga Cahya Dewi Eko Fitri Gilang Hana Indra Joko Kartika Lukman Maya Nanda Oka Putri Rizky Sari Tono Yulia"
)
_MIDDLE_NAMES = "Agung Bagus Citra Dian Endah Fajar Galih Hadi Intan"
_LAST_NAMES = "Pratama Siregar Wibowo Lestari Nugroho Hasan Rumbiak Santoso Halim Wijaya Manurung Kusuma Daeng Saputra Yoku Utami Gunawan Tanjung Mambrasar Setiawan"  # noqa: E501
MOST_REPS = 4000
_ACCOUNT_WORDS = "Sinar Bahari Cakra Mitra Surya Pelita Tirta Lentera Samudra Rajawali"
_ACCOUNT_ENDINGS = "Makmur Abadi Sentosa Mandiri Lestari Perkasa Timur Nusantara Gemilang Jaya"
_INDUSTRIES = np.array(["hospitality", "retail", "fisheries", "food processing", "health care"])
_PRODUCTS = [
    ("P1", "Chest freezer 300 L", "refrigeration", 6_500_000, 4_900_000),
    ("P2", "Display cooler 2 doors", "refrigeration", 14_200_000, 10_800_000),
    ("P3", "Walk-in cold room", "refrigeration", 85_000_000, 61_000_000),
    ("P4", "Flake ice machine", "refrigeration", 38_500_000, 29_300_000),
    ("P5", "Insulated fish box 600 L", "storage", 4_800_000, 3_100_000),
    ("P6", "Stainless work table", "storage", 3_200_000, 2_150_000),
    ("P7", "Hand pallet truck", "handling", 5_400_000, 3_900_000),
    ("P8", "Yearly maintenance contract", "service", 2_600_000, 1_100_000),
]


@dataclass(frozen=True)
class Window:
    """The months covered; months are datetime64[M], days datetime64[D]."""

    first_month: np.datetime64
    months: int

    @property
    def last_month(self) -> np.datetime64:
        """The month of the last extract."""
        return self.first_month + np.timedelta64(self.months - 1, "M")

    def month(self, position: int) -> np.datetime64:
        """The month at a position, 0 the first; negative ones count from the end."""
        return self.first_month + np.timedelta64(position % self.months, "M")


def make_reps(
    rng: np.random.Generator,
    count: int,
    window: Window,
    territory_opened: np.datetime64,
    crm_changed: np.datetime64,
    sources: tuple[str, ...],
) -> pd.DataFrame:
    """One row per rep, position = index. rep_id is the id within `source`, the system in which the rep first appears,
    full_id the one across sources, <source>_id the one in each system. In addition to the columns of reps.csv: team,
    moved_to (positions), moved_on and leave_from (NaT: never), utc_offset, win_probability, heir (position of the rep
    who takes over the deals; the rep's own position if the rep stays)."""
    position = np.arange(count)
    region, team = position % 3, position % 6
    regions = np.array([source_of_region(number, sources) for number in range(3)], dtype=object)
    reps = pd.DataFrame({"source": regions[region]})
    reps["name"] = _names(position)
    reps["email"] = reps["name"].str.lower().str.replace(" ", ".") + "@kuota-sample.example"
    reps["role"] = np.where(position // 6 % 3 == position % 3, "account_manager", "account_executive")
    reps["segment"] = np.where(position // 6 % 2 == 0, "enterprise", "mid_market")
    reps["team"], reps["team_id"] = team, np.array(TEAM_IDS)[team]
    reps["region"], reps["time_zone"] = np.array(REGIONS)[region], np.array(TIME_ZONES)[region]
    never = np.full(count, np.datetime64("NaT", "D"))
    joins, leaves = position % 10 == JOINER, position % 11 == LEAVER
    moves = (position % 15 == MOVER) & ~(joins | leaves)
    hired_on = np.datetime64("2018-01-01") + rng.integers(0, 1700, count)
    hired_on = np.where(joins, _first_days(window, window.months // 3 + position // 10 % 4), hired_on)
    hired_on = np.where(team == 5, territory_opened, hired_on)
    # the first one leaves near the end, the others before
    exit_month = (window.months - 2 - position // 11 * 3) % (window.months // 2) + window.months - window.months // 2
    exit_month[LEAVER] = window.months - 2
    ended_on = np.where(leaves & (team != 5) & ~joins, _first_days(window, exit_month) + 13, never)
    moved_on = np.where(moves, _first_days(window, window.months * 2 // 3 + position // 15 % 3), never)
    reps["source"] = source_at(reps["source"].to_numpy(), hired_on, crm_changed)
    reps["rep_id"] = mixed_ids(reps["source"], "rep")
    for source in SOURCES:
        reps[f"{source}_id"] = native_ids(source, "rep", position, count)
    reps["full_id"] = reps["source"] + ":" + reps["rep_id"]
    # the rep's name in another source's file
    reps["register_id"] = np.where(reps["source"] == GENERIC, reps["rep_id"], reps["full_id"])
    reps["manager_id"] = or_blank(position >= 6, reps["register_id"].to_numpy()[team])
    reps["hired_on"], reps["ended_on"] = hired_on.astype("datetime64[s]"), ended_on.astype("datetime64[s]")
    reps["moved_on"], reps["moved_to"] = moved_on.astype("datetime64[s]"), _MOVES_TO[team]
    leave_from = np.where(position % 5 < 2, _first_days(window, position * 5 % window.months) + 5 + position % 7, never)
    leave_from = np.where((leave_from < hired_on) | (leave_from >= ended_on), never, leave_from)
    reps["leave_from"] = leave_from.astype("datetime64[s]")
    reps["utc_offset"] = UTC_OFFSETS[region]
    reps["win_probability"] = rng.uniform(0.32, 0.62, count)
    reps["heir"] = np.where(np.isnat(ended_on), position, team)
    return reps


def source_at(sources: Any, moments: Any, crm_changed: np.datetime64) -> Any:
    """The source that records each at an instant: after the move Salesforce has what Pipedrive had."""
    return np.where((sources == PIPEDRIVE) & (moments >= crm_changed), SALESFORCE, sources)


def team_of(reps: pd.DataFrame, rep: Any, days: Any) -> Any:
    """The team (position) of each rep (position) on each day."""
    moved_on = reps["moved_on"].to_numpy().astype("datetime64[D]")[rep]
    return np.where(days >= moved_on, reps["moved_to"].to_numpy()[rep], reps["team"].to_numpy()[rep])


def make_teams(reps: pd.DataFrame) -> pd.DataFrame:
    """team_id, name, parent_team_id, manager_id: six teams under one."""
    return pd.DataFrame(
        {
            "team_id": [PARENT_TEAM, *TEAM_IDS],
            "name": ["Indonesia", *TEAM_NAMES],
            "parent_team_id": [None] + [PARENT_TEAM] * 6,
            "manager_id": [None, *reps["register_id"][:6]],
        }
    )


def make_memberships(reps: pd.DataFrame) -> pd.DataFrame:
    """rep and team (positions), rep_id, team_id, valid_from, valid_to: one row per rep, two for a rep who changes team.
    A rep of a CRM, which has no last day of employment, has a membership that ends with it."""
    moves_on, moves = reps["moved_on"], reps["moved_on"].notna()
    first = reps[["team", "hired_on"]].rename(columns={"hired_on": "valid_from"}).assign(rep=reps.index)
    last_day = reps["ended_on"].where(reps["source"] != GENERIC)
    first["valid_to"] = (moves_on - np.timedelta64(1, "D")).where(moves, last_day)
    second = pd.DataFrame({"rep": reps.index[moves], "team": reps["moved_to"][moves], "valid_from": moves_on[moves]})
    memberships = pd.concat([first, second.assign(valid_to=last_day[moves])])
    memberships = memberships.sort_values(["rep", "valid_from"], ignore_index=True)
    memberships["rep_id"] = reps["register_id"].to_numpy()[memberships["rep"]]
    memberships["team_id"] = np.array(TEAM_IDS)[memberships["team"]]
    return memberships


def make_accounts(rng: np.random.Generator, reps: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Five accounts per rep, in the order of regions 0, 1, 2, 0, …; created_at lies before the window."""
    position = np.arange(len(reps) * 5)
    words, endings = np.array(_ACCOUNT_WORDS.split()), np.array(_ACCOUNT_ENDINGS.split())
    serial = np.where(position < 100, "", np.char.add(" ", (position // 100 + 1).astype(str)))
    legal_form = np.where(position % 4 == 0, "CV ", "PT ")
    name = legal_form + words[position % 10] + " " + endings[(position // 10 + position) % 10] + serial
    # each source has the accounts of its own reps
    accounts = pd.DataFrame({"name": name, "source": reps["source"].to_numpy()[position % 3]})
    for source in SOURCES:
        accounts[f"{source}_id"] = native_ids(source, "account", position, len(position))
    accounts["industry"] = _INDUSTRIES[rng.integers(0, 5, len(position))]
    accounts["region"] = np.array(REGIONS)[position % 3]
    accounts["segment"] = np.where(rng.random(len(position)) < 0.4, "enterprise", "mid_market")
    accounts["owner"] = position % 3
    accounts["owner_id"] = reps["rep_id"].to_numpy()[position % 3]
    accounts["parent"] = np.where(position % 20 == 19, position - 18, -1)
    opened = first_day(window.first_month) - rng.integers(30, 900, len(position))
    accounts["created_at"] = opened.astype("datetime64[s]") + np.timedelta64(3, "h")
    accounts["utc_offset"] = UTC_OFFSETS[position % 3]
    return accounts


def make_products() -> pd.DataFrame:
    """product_id, name, family, list_price and unit_cost in cents of a rupiah, currency."""
    products = pd.DataFrame(_PRODUCTS, columns=["product_id", "name", "family", "list_price", "unit_cost"])
    products[["list_price", "unit_cost"]] *= 100
    products["currency"] = "IDR"
    return products


def or_blank(present: Any, values: Any) -> Any:
    """`values` where `present`, else blank (None)."""
    return np.where(present, np.asarray(values, dtype=object), np.array(None, dtype=object))


def ids(prefix: str, position: Any, width: int) -> pd.Series:
    """prefix and number from 1 on, all with the same width: their order as text is that of the positions."""
    return prefix + pd.Series(position + 1).astype(str).str.zfill(max(width, len(str(len(position)))))


def _names(position: np.ndarray) -> np.ndarray:
    firsts = np.array(_FIRST_NAMES.split(), dtype=object)[position % 20]
    lasts = np.array(_LAST_NAMES.split(), dtype=object)[(position * 7 + position // 20) % 20]
    # four hundred pairs; the next four hundred take a middle name, and so on
    middles = np.array(["", *(" " + name for name in _MIDDLE_NAMES.split())], dtype=object)[position // 400 % 10]
    return np.asarray(firsts + middles + " " + lasts)


def _first_days(window: Window, months: Any) -> Any:
    return first_day(window.first_month + np.minimum(months, window.months - 1))
