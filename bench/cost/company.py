"""The company whose cost is measured: extracts in the plain format, written by DuckDB, the same at every run."""

# The names of files and days come from this module.
# ruff: noqa: S608

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

SETTINGS = "reporting_currency: IDR\nreporting_time_zone: UTC\nfiscal_year_start_month: 1\n"

# what each extract holds at the end of a day; `touched` is the day on which a record was last changed
INSTANT = "strftime({0}, '%Y-%m-%dT%H:%M:%SZ')"
CHANGING = {
    "leads": (
        "select lead_id, {created_at} as created_at, 'website' as source, owner_id, "
        "if(converted_at < $end, 'converted', 'working') as status, "
        "if(converted_at < $end, {converted_at}, null) as qualified_at, "
        "if(converted_at < $end, {converted_at}, null) as converted_at, "
        "if(converted_at < $end, opportunity_id, null) as opportunity_id "
        "from lead where created_at < $end and greatest(created_at, if(converted_at < $end, converted_at, null)) >= $begin"
    ),
    "opportunities": (
        "select deal.opportunity_id, deal.owner_id, newest.to_stage as stage, {deal.created_at} as created_at, "
        "'Deal ' || deal as name, account_id, 'sales' as pipeline, amount, 'IDR' as currency, "
        "if(newest.to_stage in ('Won', 'Lost'), newest.changed_at, deal.created_at + to_days(60))::date as close_date, "
        "if(newest.to_stage in ('Won', 'Lost'), {newest.changed_at}, null) as closed_at, "
        "deal.owner_id as created_by, if(deal.created_at < $end, lead_id, null) as lead_id, "
        "{newest.changed_at} as updated_at "
        "from deal inner join (select opportunity_id, arg_max(to_stage, changed_at) as to_stage, "
        "max(changed_at) as changed_at from stage_event where changed_at < $end group by all) as newest "
        "using (opportunity_id) where newest.changed_at >= $begin"
    ),
    "stage_events": (
        "select opportunity_id, {changed_at} as changed_at, to_stage, from_stage, owner_id as changed_by "
        "from stage_event where changed_at < $end and changed_at >= $begin"
    ),
    "activities": (
        "select activity_id, type, rep_id, {occurred_at} as occurred_at, {logged_at} as logged_at, opportunity_id, "
        "account_id, direction from activity where logged_at < $end and logged_at >= $begin"
    ),
}
REST = {
    "reps": "select rep_id, name, email, role, segment, team_id, hired_on from rep",
    "teams": "select team_id, name, parent_team_id from team",
    "accounts": "select account_id, name, industry, owner_id, {created_on} as created_at from account",
}
MONTHS = "unnest(generate_series(first_day, last_day, interval 1 month))::date as month from span"
REGISTERS = {
    "quotas": (
        "select 'rep' as assignee_type, rep_id as assignee, 'revenue_won' as metric, 'month' as period_type, "
        f"month as period_start, 60000000 as target, 'IDR' as currency, '' as effective_from from rep, (select {MONTHS})"
    ),
    "stage_map": (
        "select 'generic' as source, '' as pipeline, stage as source_stage, stage, stage_order, "
        "stage_order > 4 as is_closed, stage = 'Won' as is_won, '' as valid_from, '' as valid_to from (values "
        "('Prospecting', 1), ('Qualified', 2), ('Proposal', 3), ('Negotiation', 4), ('Won', 5), ('Lost', 6)) "
        "as stages (stage, stage_order)"
    ),
    "holidays": "select make_date(year, 1, 1) as date, '' as region, 'New Year' as name from range(2016, 2028) as t(year)",
}


@dataclass(frozen=True)
class Size:
    """How large a company is."""

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
    """Make the tables of the company in `connection`, up to the day after `size.last_day`."""
    for name in ("reps", "deals", "activities", "accounts", "months"):
        connection.execute(f"set variable {name} = {getattr(size, name)}")
    connection.execute(f"set variable last_day = date '{size.next_day}'")
    connection.execute((Path(__file__).parent / "company.sql").read_text(encoding="utf-8"))


def write_day(connection: duckdb.DuckDBPyConnection, landing: Path, day: date, *, only_changes: bool = False) -> None:
    """Write the extracts of `day`: everything, or of the records that change only those which did on that day."""
    (landing / "settings.yml").parent.mkdir(parents=True, exist_ok=True)
    (landing / "settings.yml").write_text(SETTINGS, encoding="utf-8")
    instants = {"end": f"timestamp '{day + timedelta(days=1)}'", "begin": f"timestamp '{day if only_changes else date.min}'"}
    folder = landing / "generic" / day.isoformat()
    for name, query in {**CHANGING, **({} if only_changes else REST)}.items():
        _write(connection, folder / f"{name}.csv", query, instants)


def write_registers(connection: duckdb.DuckDBPyConnection, landing: Path, day: date) -> None:
    """Write the registers of the company into the folder of `day`."""
    for name, query in REGISTERS.items():
        _write(connection, landing / "registers" / day.isoformat() / f"{name}.csv", query, {})


def _write(connection: duckdb.DuckDBPyConnection, file: Path, query: str, instants: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    for name, value in instants.items():
        query = query.replace(f"${name}", value)
    connection.execute(f"copy ({_with_instants(query)} order by all) to '{file}' (header)")


def _with_instants(query: str) -> str:
    """`{column}` becomes the column as text, as an instant in UTC."""
    before, *rest = query.split("{")
    parts = [part.partition("}") for part in rest]
    return before + "".join(INSTANT.format(name) + after for name, _, after in parts)
