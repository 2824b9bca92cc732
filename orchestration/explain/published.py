"""What is asked for, found in the published marts: the owner of the number and the period."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings

PERIOD_FORMATS = "write a year (2026), quarter (2026-Q3), month (2026-03) or week (2026-W14)"


@dataclass(frozen=True)
class Segment:
    """The company, a team or a rep."""

    type: str
    id: str
    name: str

    @property
    def parameters(self) -> dict[str, Any]:
        """Under the names that the queries use."""
        return {"segment_type": self.type, "segment_id": self.id}


@dataclass(frozen=True)
class Period:
    """A period of the marts, both days inclusive."""

    type: str
    start: date
    end: date

    @property
    def parameters(self) -> dict[str, Any]:
        """Under the names that the queries use."""
        return {"start": self.start, "end": self.end}

    def __str__(self) -> str:
        return f"{self.type} from {self.start} to {self.end}"


@contextmanager
def published_marts(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published marts, read-only: a run replaces the file and never writes in it."""
    path = settings.published / "kuota.duckdb"
    if not path.exists():
        raise ConfigurationError(f"{path}: nothing is published yet; run `kuota run`.")
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("use kuota.marts")
        try:
            yield connection
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            message = str(error).splitlines()[0]
            raise ConfigurationError(f"{path}: published by another version ({message}); run `kuota run`.") from error


def row_of(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | Mapping[str, Any]
) -> dict[str, Any] | None:
    """The one row of `query` by column name."""
    cursor = connection.execute(query, parameters)
    columns = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    return dict(zip(columns, row, strict=True)) if row else None


def find_segment(connection: duckdb.DuckDBPyConnection, text: str) -> Segment:
    """The company, or the team or rep of this id or unique name."""
    segments = [
        Segment(*found)
        for found in connection.execute(
            """
            select 'company' as type, 'company' as id, 'Company' as name
            union all select 'team', team_id, team_name from dim_teams
            union all select 'rep', rep_id, rep_name from dim_reps
            order by type, id
            """
        ).fetchall()
    ]
    wanted = text.strip().casefold()
    found = [segment for segment in segments if segment.id.casefold() == wanted]
    found = found or [segment for segment in segments if segment.name.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(f"{segment.id} ({segment.type})" for segment in found)
        raise ConfigurationError(f"'{text}' matches several reps or teams: {ids}. Give the id of one.")
    names = {name.casefold(): name for segment in segments for name in (segment.id, segment.name)}
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    hint = f"the nearest are {', '.join(repr(names[name]) for name in near)}" if near else "see dim_reps and dim_teams"
    raise ConfigurationError(f"'{text}' is not a rep, a team or 'company'; {hint}.")


def find_period(connection: duckdb.DuckDBPyConnection, text: str) -> Period:
    """The fiscal year, fiscal quarter, month or ISO week that `text` names."""
    matched = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|W(\d{1,2})|(\d{1,2})))?", text.strip(), re.IGNORECASE)
    if not matched:
        raise ConfigurationError(f"'{text}' is not a period; {PERIOD_FORMATS}.")
    year, quarter, week, month = (int(group) if group else None for group in matched.groups())
    assert year is not None
    values: list[int | date]
    try:
        if quarter is not None:
            kind, column = "quarter", "quarter_start"
            condition, values = "fiscal_year = ? and fiscal_quarter = ?", [year, quarter]
        elif week is not None:
            kind, column = "week", "week_start"
            condition, values = "week_start = ?", [date.fromisocalendar(year, week, 1)]
        elif month is not None:
            kind, column = "month", "month_start"
            # a company's own month is named by the calendar month that holds its middle
            condition = 'month_start = (select month_start from dim_dates where "date" = ?)'
            values = [date(year, month, 15)]
        else:
            kind, column, condition, values = "year", "fiscal_year_start", "fiscal_year = ?", [year]
    except ValueError:
        raise ConfigurationError(f"'{text}' is not a period of the calendar; {PERIOD_FORMATS}.") from None
    found = connection.execute(
        f'select min({column}), max("date") from dim_dates where {condition}',  # noqa: S608 (our own names)
        values,
    ).fetchone()
    if found is None or found[0] is None:
        known = connection.execute("select min(fiscal_year), max(fiscal_year) from dim_dates").fetchone()
        years = f"the fiscal years {known[0]} to {known[1]}" if known else "no years"
        raise ConfigurationError(f"'{text}' is not published: the calendar holds {years}.")
    return Period(kind, *found)
