"""A total of a CRM's own report, led to Kuota's figure in eight steps, each opened into the records that it moves."""

from typing import Any

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.explain.explanation import Explanation, Listing, Total, list_rows
from orchestration.explain.published import Period, Segment, row_of
from orchestration.registries import registry

READINGS = """
    select distinct source, metric, period_type, period_start, kuota_period_start, read_on
    from mart_tie_out
    where
        scope_type = $segment_type and scope_id = $segment_id and metric = $metric
        and ($source is null or source = $source)
        and ($period_type is null or (period_type = $period_type and $start in (kuota_period_start, period_start)))
    order by all
"""
# the one reading; a snapshot has no period
READING = """
    source = $source and metric = $metric and scope_type = $segment_type and scope_id = $segment_id
    and period_type is not distinct from $period_type and period_start is not distinct from $start
"""
STEPS = f"""
    select step_number as step, step as replaced, step_amount, running_amount, record_count as records
    from mart_tie_out
    where {READING}
    order by step_number
"""  # noqa: S608 (our own names)
RECORDS = f"""
    select record_id, cause, amount_before, amount_after, difference, source_file || ':' || source_row as source_row
    from fct_tie_out_records
    where {READING} and step = $step
    order by abs(difference) desc, record_id
"""  # noqa: S608 (our own names)
WHY_UNKNOWN = {
    "read_before_first_extract": "The report was read before the first extract: read it again on the day of one.",
    "read_after_as_of": "The report was read after the newest extract: deliver the extract of that day.",
    "no_rate": "The report is in a currency without a rate for its last month: add it to exchange_rates.",
    "not_recorded": "Kuota has no figure to compare it with: the metric was not recorded in the period.",
}


def explain_tie_out(
    connection: duckdb.DuckDBPyConnection,
    segment: Segment,
    period: Period | None,
    *,
    metric: str,
    source: str | None = None,
    step: str | None = None,
) -> Explanation:
    """The one total of a metric, source and scope in Kuota's or the CRM's period; `step` opens one step only."""
    steps = {row["step"]: row for row in registry("tie_out_steps")}
    metrics = [row["metric"] for row in registry("tie_out_metrics")]
    if metric not in metrics:
        raise ConfigurationError(f"'{metric}' cannot be tied out; write one of {', '.join(metrics)}.")
    if step is not None and step not in steps:
        raise ConfigurationError(f"'{step}' is not a step; write one of {', '.join(steps)}.")
    reading = _find_reading(connection, segment, period, metric, source)
    figures = row_of(
        connection,
        f"""
        select distinct
            crm_amount, kuota_amount, status, reason, kuota_period_start, kuota_period_end, read_on, read_by,
            definition, extract_age_days, set_aside_count, collection_status
        from mart_tie_out
        where {READING}
        """,  # noqa: S608 (our own names)
        reading,
    )
    assert figures is not None
    ways = [f"{name}: {row['crm_way']} -> {row['kuota_way']}" for name, row in steps.items()]
    return Explanation(
        subject={
            **{name: reading[name] for name in ("source", "metric")},
            **{"scope_type": segment.type, "scope_id": segment.id, "scope_name": segment.name},
            **{"period_type": reading["period_type"], "period_start": reading["start"]},
        },
        figures=figures,
        how=[WHY_UNKNOWN[figures["reason"]]]
        if figures["reason"]
        else ["crm_amount + the steps = kuota_amount. Each step replaces one of the CRM's ways by Kuota's:", *ways],
        listings=_listings(connection, reading, figures, [step] if step else list(steps)),
    )


def _find_reading(
    connection: duckdb.DuckDBPyConnection, segment: Segment, period: Period | None, metric: str, source: str | None
) -> dict[str, Any]:
    asked = {
        **segment.parameters,
        **{"metric": metric, "source": source},
        **{"period_type": period.type if period else None, "start": period.start if period else None},
    }
    found = connection.execute(READINGS, asked).fetchall()
    if not found:
        when = f" in the {period}" if period else ""
        raise ConfigurationError(
            f"no total of {metric} for {segment.name} was read{when}: "
            "write it into the register crm_totals.csv, or see mart_tie_out."
        )
    if len(found) > 1:
        fitting = "; ".join(f"{row[0]} {row[2] or 'snapshot'} {row[3] or row[5]}" for row in found)
        raise ConfigurationError(f"{len(found)} totals fit: {fitting}. Give --source or --period.")
    ((name, _, period_type, start, *_),) = found
    return segment.parameters | {"metric": metric, "source": name, "period_type": period_type, "start": start}


def _listings(
    connection: duckdb.DuckDBPyConnection, reading: dict[str, Any], figures: dict[str, Any], opened: list[str]
) -> list[Listing]:
    if figures["status"] == "unknown":
        return []
    difference = figures["kuota_amount"] - figures["crm_amount"]
    steps = list_rows(
        connection, "Steps", STEPS, reading, (Total("kuota_amount - crm_amount", "step_amount", difference),)
    )
    moved = [(name, amount) for _, name, amount, _, records in steps.rows if records and name in opened]
    return [
        steps,
        *(
            list_rows(
                connection,
                f"Records of {name}",
                RECORDS,
                reading | {"step": name},
                (Total(name, "difference", amount),),
            )
            for name, amount in moved
        ),
    ]
