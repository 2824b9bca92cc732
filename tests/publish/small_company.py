"""A small warehouse made by hand: one mart, one fact, the one-row publication, and what the gate looks at."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish import CriticalCheck
from orchestration.settings import Settings
from orchestration.tables import LOAD_LEDGER
from orchestration.warehouse import connect

MODELS = {
    "staging.stg_crm__opportunities": ["raw.crm__opportunity"],
    "marts.fct_credits": ["staging.stg_crm__opportunities"],
    "marts.mart_win_rate": ["marts.fct_credits"],
    "marts.publication": ["staging.stg_crm__opportunities"],
}
UNIQUE = CriticalCheck("transform", "marts.fct_credits", "unique_fct_credits", ("marts.fct_credits",))
TIES = CriticalCheck("marts", "marts.mart_win_rate", "money_ties", ("marts.mart_win_rate", "marts.fct_credits"))
RAW_KEYS = CriticalCheck("raw", "raw.crm__opportunity", "gx_opportunity_id_is_filled", ("raw.crm__opportunity",))
CHECKS = [UNIQUE, TIES, RAW_KEYS]
CREDITS = [("crm:1", "crm:ann", "100.00"), ("crm:2", "crm:bob", "250.50"), ("crm:3", "crm:ann", "33.33")]


def settings_in(home: Path) -> Settings:
    return Settings(home=home, landing=home / "landing", warehouse=home / "warehouse" / "kuota.duckdb")


def at(time: str) -> datetime:
    """A time of the day on which everything in these tests happens, in UTC."""
    return datetime.fromisoformat(f"2018-01-02T{time}")


def build(
    settings: Settings, credits: list[tuple[str, str, str]] | None = None, as_of_date: str = "2017-12-31"
) -> None:
    """Loaded 10:00, staged 10:01, marts built 10:02, all checks passed at 10:03."""
    with connect(settings.warehouse) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute("drop table if exists raw.load_ledger")
        connection.execute(LOAD_LEDGER.create_statement)
        ledger = """
            insert into raw.load_ledger (
                run_id, source, object, source_file, extracted_at, fingerprint, file_size, file_modified_at, is_full,
                rows_read, rows_kept, rows_unchanged, rows_quarantined, values_unparsable, tombstones, warnings,
                loaded_at
            ) values (?, 'crm', 'opportunity', ?, ?, 'f', 9, ?, true, 5, 3, 0, 2, 0, 0, ?, ?)
        """
        file = "crm/2017-12-31/opportunities.csv"
        warnings = '["opportunities.csv: the last line has no line end"]'
        extracted_at = datetime(2017, 12, 31, 23, 59, 59)
        connection.execute(ledger, ["run-1", file, extracted_at, extracted_at, warnings, at("10:00")])
        connection.execute("""
            create or replace table raw.crm__opportunity (
                opportunity_id varchar, _superseded_at timestamp, _is_tombstone boolean
            )
        """)
        connection.execute("insert into raw.crm__opportunity values ('1', null, false)")
        connection.execute("""
            create or replace table marts.fct_credits (
                opportunity_id varchar, rep_id varchar, credited_amount decimal(18, 2)
            )
        """)
        connection.executemany(
            "insert into marts.fct_credits values (?, ?, ?)", CREDITS if credits is None else credits
        )
        connection.execute("comment on table marts.fct_credits is 'What each rep''s share is'")
        connection.execute("comment on column marts.fct_credits.rep_id is 'Who gets the credit'")
        connection.execute(
            "create or replace table marts.mart_win_rate as select 'company' as segment_id, 0.63 as rate"
        )
        connection.execute(
            """
            create or replace table marts.publication as
            select
                null::varchar as publish_id, ($as_of_date || ' 23:59:59')::timestamp as as_of_at,
                $as_of_date::date as as_of_date, 'USD' as reporting_currency, 'UTC' as reporting_time_zone,
                '1' as contract_version
            """,
            {"as_of_date": as_of_date},
        )
        connection.execute("delete from quality.model_build")
        connection.execute("delete from quality.check_result")
        connection.execute(
            "insert into quality.model_build select 'run-1', target, ? from (select unnest(?::varchar[]) as target)",
            [at("10:02"), list(MODELS)],
        )
        connection.execute("update quality.model_build set built_at = ? where target like 'staging.%'", [at("10:01")])
        for check in CHECKS:
            record(connection, check, "passed", at("10:03"))


def built(settings: Settings, target: str, when: datetime) -> None:
    with connect(settings.warehouse) as connection:
        connection.execute("insert into quality.model_build values ('run-1', ?, ?)", [target, when])


def checked(settings: Settings, check: CriticalCheck, status: str, when: datetime, **more: Any) -> None:
    with connect(settings.warehouse) as connection:
        record(connection, check, status, when, **more)


def record(
    connection: duckdb.DuckDBPyConnection,
    check: CriticalCheck,
    status: str,
    when: datetime,
    *,
    run_id: str = "run-1",
    severity: str = "critical",
    unexpected_count: int | None = None,
    observed: str | None = None,
) -> None:
    connection.execute(
        "insert into quality.check_result values (?, ?, ?, ?, ?, ?, ?, ?, ?, 40, ?, ?, ?)",
        [
            run_id,
            when,
            check.room,
            check.target,
            check.check_name,
            severity,
            status,
            observed,
            unexpected_count,
            '["crm:1", "crm:2"]' if status == "failed" else None,
            "team:sales-operations",
            "Remove the second credit of the deal",
        ],
    )
