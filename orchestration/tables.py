"""The tables that several rooms share, each described once: name, columns, types.

Times are UTC. `quality.collection_break` and `quality.collection_regime` are dbt models; a test compares their
contracts with the columns here.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table of the warehouse: `schema.name`, and its columns with their types in their order."""

    schema: str
    name: str
    columns: Mapping[str, str]

    @property
    def full_name(self) -> str:
        """Such as quality.check_result."""
        return f"{self.schema}.{self.name}"

    @property
    def create_statement(self) -> str:
        """SQL that makes the table where it is missing."""
        columns = ", ".join(f"{name} {column_type}" for name, column_type in self.columns.items())
        return f"create table if not exists {self.full_name} ({columns});"

    @property
    def insert_statement(self) -> str:
        """SQL that inserts one row, with a parameter for each column in their order."""
        marks = ", ".join("?" for _ in self.columns)
        return f"insert into {self.full_name} ({', '.join(self.columns)}) values ({marks})"  # noqa: S608 (our own names)


# One row per check and run. checked_at: when the check began. room: raw, transform or marts. target: the schema.table
# that was checked. severity: critical or warning. status: passed, failed or errored. sample_keys: JSON list of up to
# five rows that failed. owner: who answers for the table. fix: what to do.
CHECK_RESULT = Table(
    "quality",
    "check_result",
    {
        "run_id": "varchar",
        "checked_at": "timestamp",
        "room": "varchar",
        "target": "varchar",
        "check_name": "varchar",
        "severity": "varchar",
        "status": "varchar",
        "observed": "varchar",
        "unexpected_count": "bigint",
        "element_count": "bigint",
        "sample_keys": "varchar",
        "owner": "varchar",
        "fix": "varchar",
    },
)
# One row per build of a model. target: schema.table. built_at: when the build ended.
MODEL_BUILD = Table("quality", "model_build", {"run_id": "varchar", "target": "varchar", "built_at": "timestamp"})
# What everything was last built from; no row while a build is under way. build_tests_passed_at: when all data tests
# tagged `build` last passed on it.
BUILT_FROM = Table("quality", "built_from", {"project_fingerprint": "varchar", "build_tests_passed_at": "timestamp"})
# One row per table of raw and of the models. changed_by, changed_at: the run that last changed its rows, and when.
# inputs: what it was built from, each table with its changed_by; of a raw table a digest of its rows.
TABLE_STATE = Table(
    "quality",
    "table_state",
    {"target": "varchar", "changed_by": "varchar", "changed_at": "timestamp", "inputs": "varchar"},
)

# One row per file. source_file: path below the landing folder. fingerprint: sha256 of the file. file_size: bytes.
# tombstones: of the whole extract, counted with its first file. rows_held_back: usable rows of an extract that was held
# back, because it loses too many records. records_before, records_missing: of the object before this extract, and how
# many of them are not in it; 0 of a delta. is_accepted: a person accepts it as it is, in accepted_extracts.
# rows_not_records: blank rows, repeated headers, totals and footers, which do not count as read; not_records: how many
# of each, as JSON. warnings: JSON list.
LOAD_LEDGER = Table(
    "raw",
    "load_ledger",
    {
        "run_id": "varchar",
        "source": "varchar",
        "object": "varchar",
        "source_file": "varchar",
        "extracted_at": "timestamp",
        "fingerprint": "varchar",
        "file_size": "bigint",
        "file_modified_at": "timestamp",
        "is_full": "boolean",
        "rows_read": "bigint",
        "rows_kept": "bigint",
        "rows_unchanged": "bigint",
        "rows_quarantined": "bigint",
        "rows_held_back": "bigint",
        "rows_not_records": "bigint",
        "not_records": "varchar",
        "values_unparsable": "bigint",
        "tombstones": "bigint",
        "records_before": "bigint",
        "records_missing": "bigint",
        "is_held_back": "boolean",
        "is_accepted": "boolean",
        "warnings": "varchar",
        "loaded_at": "timestamp",
    },
)
# The rows that a model sets aside, by file, line and column. reason: short code. message: one line with file, line,
# column, value and fix.
ROWS_SET_ASIDE = {
    "source": "varchar",
    "object": "varchar",
    "source_file": "varchar",
    "source_row": "bigint",
    "column_name": "varchar",
    "value": "varchar",
    "reason": "varchar",
    "message": "varchar",
}
QUARANTINE = Table(
    "raw",
    "quarantine",
    {**ROWS_SET_ASIDE, "row_text": "varchar", "extracted_at": "timestamp", "loaded_at": "timestamp"},
)
SOURCE = Table(
    "raw",
    "source",
    {
        "source": "varchar",
        "kind": "varchar",
        "owner": "varchar",
        "expected_every_days": "integer",
        "default_currency": "varchar",
        "lost_amount_is_blank": "boolean",
        "description": "varchar",
    },
)
SOURCE_TIME_ZONE = Table(
    "raw",
    "source_time_zone",
    {"source": "varchar", "time_zone": "varchar", "valid_from": "date", "valid_to": "date"},
)
# ended_at: the end of the day ended_on.
SOURCE_END = Table("raw", "source_end", {"source": "varchar", "ended_on": "date", "ended_at": "timestamp"})
# fingerprint: of what shapes the raw tables of the source.
LAYOUT = Table("raw", "layout", {"source": "varchar", "fingerprint": "varchar"})

COLLECTION_BREAK = Table(
    "quality",
    "collection_break",
    {
        "break_id": "varchar",
        "kind": "varchar",
        "origin": "varchar",
        "source": "varchar",
        "object": "varchar",
        "field": "varchar",
        "population": "varchar",
        "starts_on": "date",
        "confidence": "double",
        "metrics": "varchar",
        "record_type": "varchar",
        "ends_on": "date",
        "size": "double",
        "bridge_rule": "varchar",
        "evidence": "varchar",
        "is_bridge_read": "boolean",
        "review": "varchar",
        "reviewed_by": "varchar",
        "reviewed_on": "date",
        "is_gap": "boolean",
        "unrecorded_from": "date",
        "unrecorded_to": "date",
        "is_trusted": "boolean",
    },
)
COLLECTION_REGIME = Table(
    "quality",
    "collection_regime",
    {
        "regime_id": "varchar",
        "source": "varchar",
        "object": "varchar",
        "field": "varchar",
        "population": "varchar",
        "starts_on": "date",
        "ends_on": "date",
        "break_id": "varchar",
    },
)
