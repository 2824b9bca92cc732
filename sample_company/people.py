"""Who sells, to whom, and what: reps, teams, memberships, accounts, products. Rows are found by their position."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sample_company.working_days import first_day

PARENT_TEAM = "T-ID"
TEAMS = ["T-JKT", "T-MKS", "T-JYP"]
TEAM_NAMES = ["Jakarta", "Makassar", "Jayapura"]
REGIONS = ["Jakarta", "Sulawesi Selatan", "Papua"]
TIME_ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
UTC_OFFSETS = np.array([7, 8, 9])

# positions in the roster of the three whose story matters; the first three lead the teams
JOINER, LEAVER, MOVER = 3, 4, 5

_FIRST_NAMES = (
    "Adi Bunga Cahya Dewi Eko Fitri Gilang Hana Indra Joko Kartika Lukman Maya Nanda Oka Putri Rizky Sari Tono Yulia"
)
_LAST_NAMES = "Pratama Siregar Wibowo Lestari Nugroho Hasan Rumbiak Santoso Halim Wijaya Manurung Kusuma Daeng Saputra Yoku Utami Gunawan Tanjung Mambrasar Setiawan"  # noqa: E501
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


def make_reps(rng: np.random.Generator, count: int, window: Window) -> pd.DataFrame:
    """One row a rep, position = index. Beside the columns of reps.csv: team (position), utc_offset, win_probability,
    heir (position of who takes over the deals; oneself where nobody leaves)."""
    position = np.arange(count)
    team = position % 3
    first, last = np.array(_FIRST_NAMES.split()), np.array(_LAST_NAMES.split())
    firsts, lasts = first[position % 20], last[(position * 7 + position // 20) % 20]
    hired_on = np.datetime64("2018-01-01") + rng.integers(0, 2400, count)
    hired_on[JOINER] = first_day(window.month(window.months // 3))
    ended_on = np.full(count, np.datetime64("NaT", "D"))
    ended_on[LEAVER] = first_day(window.month(-2)) + 13
    heir = position.copy()
    heir[LEAVER] = LEAVER % 3
    reps = pd.DataFrame({"rep_id": _ids("R", position, 3), "name": firsts + np.array(" ", dtype="U1") + lasts})
    reps["email"] = reps["name"].str.lower().str.replace(" ", ".") + "@kuota-sample.example"
    reps["role"] = np.where(position % 3 == position // 3 % 3, "account_manager", "account_executive")
    reps["segment"] = np.where(position // 3 % 2 == 0, "enterprise", "mid_market")
    reps["team"], reps["team_id"] = team, np.array(TEAMS)[team]
    reps["manager_id"] = or_blank(position >= 3, reps["rep_id"].to_numpy()[team])
    reps["region"], reps["time_zone"] = np.array(REGIONS)[team], np.array(TIME_ZONES)[team]
    reps["hired_on"], reps["ended_on"] = hired_on.astype("datetime64[s]"), ended_on.astype("datetime64[s]")
    reps["utc_offset"] = UTC_OFFSETS[team]
    reps["win_probability"] = rng.uniform(0.32, 0.62, count)
    reps["heir"] = heir
    return reps


def make_teams(reps: pd.DataFrame) -> pd.DataFrame:
    """team_id, name, parent_team_id, manager_id: three teams under one."""
    return pd.DataFrame(
        {
            "team_id": [PARENT_TEAM, *TEAMS],
            "name": ["Indonesia", *TEAM_NAMES],
            "parent_team_id": [None] + [PARENT_TEAM] * 3,
            "manager_id": [None, *reps["rep_id"][:3]],
        }
    )


def make_memberships(reps: pd.DataFrame, window: Window) -> pd.DataFrame:
    """rep_id, team_id, valid_from, valid_to: a row a rep, and two for the mover, from Jayapura to Makassar."""
    moves_on = first_day(window.month(window.months * 2 // 3)).astype("datetime64[s]")
    memberships = reps[["rep_id", "team_id", "hired_on"]].rename(columns={"hired_on": "valid_from"})
    memberships["valid_to"] = np.full(len(reps), np.datetime64("NaT", "s"))
    memberships.loc[MOVER, "valid_to"] = moves_on - np.timedelta64(1, "D")
    move = pd.DataFrame({"rep_id": [reps["rep_id"][MOVER]], "team_id": [TEAMS[1]], "valid_from": [moves_on]})
    return pd.concat([memberships, move]).sort_values(["rep_id", "valid_from"], ignore_index=True)


def make_accounts(rng: np.random.Generator, reps: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Five accounts a rep, in the order of regions 0, 1, 2, 0, …; created_at lies before the window."""
    position = np.arange(len(reps) * 5)
    words, endings = np.array(_ACCOUNT_WORDS.split()), np.array(_ACCOUNT_ENDINGS.split())
    serial = np.where(position < 100, "", np.char.add(" ", (position // 100 + 1).astype(str)))
    legal_form = np.where(position % 4 == 0, "CV ", "PT ")
    name = legal_form + words[position % 10] + " " + endings[(position // 10 + position) % 10] + serial
    accounts = pd.DataFrame({"account_id": _ids("A", position, 4), "name": name})
    accounts["industry"] = _INDUSTRIES[rng.integers(0, 5, len(position))]
    accounts["region"] = np.array(REGIONS)[position % 3]
    accounts["segment"] = np.where(rng.random(len(position)) < 0.4, "enterprise", "mid_market")
    owner = position % 3 + 3 * rng.integers(0, 2, len(position))
    accounts["owner_id"] = reps["rep_id"].to_numpy()[np.where(np.isin(owner, [JOINER, LEAVER]), position % 3, owner)]
    accounts["parent_account_id"] = or_blank(position % 20 == 19, accounts["account_id"].to_numpy()[position - 19])
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


def _ids(prefix: str, position: np.ndarray, width: int) -> pd.Series:
    return prefix + pd.Series(position + 1).astype(str).str.zfill(width)
