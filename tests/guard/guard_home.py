"""Small homes with suites and a warehouse made by hand."""

import textwrap
from pathlib import Path

from orchestration import warehouse
from orchestration.settings import Settings


class SettingsWithOwnSuites(Settings):
    """The suites lie in the home instead of in the project."""

    @property
    def expectations(self) -> Path:
        return self.home / "expectations"


def make_settings(home: Path, suites: dict[str, str], tables: str) -> SettingsWithOwnSuites:
    """A home with these suites ("raw/crm.yml" → text) and a warehouse in which the SQL of `tables` has run."""
    settings = SettingsWithOwnSuites(home=home, landing=home / "landing", warehouse=home / "kuota.duckdb")
    for name, text in suites.items():
        path = settings.expectations / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    with warehouse.connect(settings.warehouse) as connection:
        connection.execute(tables)
    return settings


RAW_SUITE = """\
    suite: raw_crm
    owner: team:sales-operations
    targets:
      - target: raw.crm__deal
        key: [deal_id]
        expectations:
          - type: expect_column_values_to_not_be_null
            kwargs: {column: stage}
            severity: critical
            meta: {why: A deal has a stage., fix: Set the stage in the CRM.}
          - type: expect_column_values_to_be_unique
            kwargs: {column: deal_id}
            severity: warning
            meta: {why: A deal appears once., fix: Merge the deals.}
          - type: unexpected_rows_expectation
            name: amount_is_not_negative
            kwargs:
              unexpected_rows_query: select deal_id, amount from {batch} where try_cast(amount as integer) < 0
            severity: warning
            meta: {why: Amounts are not negative., fix: Correct the amount.}
          - type: expect_column_values_to_be_in_set
            kwargs: {column: no_such_column, value_set: [x]}
            severity: warning
            meta: {why: This check is broken., fix: Correct the suite.}
      - target: raw.crm__rep
        key: [rep_id]
        expectations:
          - type: expect_table_row_count_to_be_between
            kwargs: {min_value: 3}
            severity: warning
            meta: {why: There are three reps., fix: Export all reps.}
          - type: expect_column_values_to_not_be_null
            kwargs: {column: rep_id}
            severity: critical
            meta: {why: A rep has a key., fix: Fill it.}
      - target: raw.crm__lead
        key: [lead_id]
        expectations:
          - type: expect_column_values_to_not_be_null
            kwargs: {column: lead_id}
            severity: critical
            meta: {why: A lead has a key., fix: Fill it.}
      - target: raw.crm__forgotten
        key: [forgotten_id]
        expectations:
          - type: expect_column_values_to_not_be_null
            kwargs: {column: forgotten_id}
            severity: critical
            meta: {why: A key., fix: Fill it.}
"""

RAW_TABLES = """
create table raw.crm__deal as
select *
from (values
    ('d1', 'Won', '100', null, false),
    ('d2', null, '<script>alert(1)</script>', null, false),
    ('d2', 'Lost', '0', null, false),
    ('d3', 'Won', '-5', null, false),
    ('d1', null, '90', timestamp '2026-01-02', false),   -- replaced by a newer extract
    ('d4', null, null, null, true)                       -- gone from the newest extract
) as rows (deal_id, stage, amount, _superseded_at, _is_tombstone);
create table raw.crm__rep as
select *
from (values ('r1', null::timestamp, false), ('r2', null, false)) as rows (rep_id, _superseded_at, _is_tombstone);
create table raw.crm__lead (lead_id varchar, _superseded_at timestamp, _is_tombstone boolean);
"""
