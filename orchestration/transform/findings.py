"""What the dbt tests of a run found; dbt itself writes it to quality.check_result."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.transform.build import NodeResult
from orchestration.warehouse import connect

SAMPLE_SIZE = 5
# a test whose rows have a column `message` is reported by these messages, up to this number
MESSAGES = 50


@dataclass(frozen=True)
class Finding:
    """One dbt test of a run; `sample_keys` is a JSON list of up to five rows that failed, null if none did."""

    check_name: str
    severity: str
    status: str
    observed: str
    unexpected_count: int | None
    sample_keys: str | None
    owner: str
    fix: str


def add_sample_keys(warehouse: Path, run_id: str, results: Sequence[NodeResult]) -> None:
    """Fill `sample_keys` of this run's failed dbt tests with up to five of the rows that failed."""
    failed = [result for result in results if result.status in ("fail", "warn") and result.compiled_code]
    if not failed:
        return
    with connect(warehouse) as connection:
        for result in failed:
            failing = connection.sql(result.compiled_code)
            rows = failing.limit(MESSAGES if "message" in failing.columns else SAMPLE_SIZE)
            described = json.dumps([dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()], default=str)
            connection.execute(
                "update quality.check_result set sample_keys = ? where run_id = ? and check_name = ?",
                [described, run_id, result.unique_id.split(".")[2]],
            )


def findings(warehouse: Path, run_id: str) -> dict[str, Finding]:
    """The dbt tests of this run, by the name of the test."""
    with connect(warehouse, read_only=True) as connection:
        rows = connection.execute(
            """
            select check_name, severity, status, observed, unexpected_count, sample_keys, owner, fix
            from quality.check_result
            where run_id = ? and room = 'transform'
            """,
            [run_id],
        ).fetchall()
    return {row[0]: Finding(*row) for row in rows}


def failed_checks(warehouse: Path, run_id: str, severity: str) -> list[str]:
    """One line per check of that severity ("critical" or "warning") that failed or could not run."""
    with connect(warehouse, read_only=True) as connection:
        return [
            line
            for (line,) in connection.execute(
                """
                select
                    target || ': ' || check_name
                    || case status when 'errored' then ' could not run: ' || coalesce(observed, '')
                        else ' failed'
                            || coalesce(' (' || unexpected_count || if(unexpected_count = 1, ' row)', ' rows)'), '') end
                    || coalesce(
                        ': ' || nullif(array_to_string(json_extract_string(sample_keys, '$[*].message'), '; '), ''),
                        ', for example ' || substr(sample_keys, 1, 400),
                        ''
                    )
                    || '. ' || coalesce(fix, '')
                from quality.check_result
                where run_id = ? and severity = ? and status <> 'passed'
                order by checked_at, target, check_name
                """,
                [run_id, severity],
            ).fetchall()
        ]
