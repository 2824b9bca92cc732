"""The company whose cost is measured: extracts in the plain format, written by DuckDB, the same at every run."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

SETTINGS = "reporting_currency: IDR\nreporting_time_zone: UTC\nfiscal_year_start_month: 1\n"
CHANGING = ("leads", "opportunities", "stage_events", "activities")
UNCHANGING = ("reps", "teams", "accounts")
REGISTERS = ("quotas", "stage_map", "holidays")


@dataclass(frozen=True)
class Size:
    """How large a company is. Its first extract is of `last_day`."""

    reps: int
    deals: int
    activities: int
    accounts: int
    months: int = 36
    last_day: date = date(2026, 9, 29)

    @property
    def next_day(self) -> date:
        """The day after the first extract."""
        return self.last_day + timedelta(days=1)


SIZES = {
    "XS": Size(reps=20, deals=1_000, activities=10_000, accounts=400, months=12),
    "S": Size(reps=300, deals=60_000, activities=1_000_000, accounts=20_000),
    "M": Size(reps=3_000, deals=600_000, activities=10_000_000, accounts=200_000),
}


def build_company(connection: duckdb.DuckDBPyConnection, size: Size) -> None:
    """Make the tables of the company in `connection`, up to the day after its first extract."""
    for name in ("reps", "deals", "activities", "accounts", "months"):
        connection.execute(f"set variable {name} = {getattr(size, name)}")
    connection.execute(f"set variable last_day = date '{size.next_day}'")
    connection.execute((Path(__file__).parent / "company.sql").read_text(encoding="utf-8"))


def write_extracts(
    connection: duckdb.DuckDBPyConnection, landing: Path, day: date, *, only_changes: bool = False
) -> None:
    """Write the extracts of `day`: everything, or only the records that changed on that day."""
    landing.mkdir(parents=True, exist_ok=True)
    (landing / "settings.yml").write_text(SETTINGS, encoding="utf-8")
    span = f"(timestamp '{day if only_changes else date(1970, 1, 1)}', timestamp '{day + timedelta(days=1)}')"
    folder = landing / "generic" / day.isoformat()
    for name in CHANGING:
        _write(connection, folder, name, span)
    for name in () if only_changes else UNCHANGING:
        _write(connection, folder, name, "()")


def write_registers(connection: duckdb.DuckDBPyConnection, landing: Path, day: date) -> None:
    """Write the registers of the company into the folder of `day`."""
    for name in REGISTERS:
        _write(connection, landing / "registers" / day.isoformat(), name, "()")


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, arguments: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    connection.sql(f"from {name}{arguments} order by all").write_csv(str(folder / f"{name}.csv"))
