"""A step of the funnel in its cohort view, opened into the deals or leads that reached the stage it starts from."""

from typing import Any

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.explain.exclusions import exclusion_listings
from orchestration.explain.explanation import Explanation, Total, list_rows
from orchestration.explain.published import Period, Segment

SUBJECTS = """
    select
        members.reached_on,
        members.subject_id,
        coalesce(deals.owner_id, leads.owner_id) as owner_id,
        1 as reached,
        case when members.is_converted then 1 end as converted,
        case when members.is_still_open then 1 end as "open",
        case when members.is_lost then 1 end as lost,
        members.converted_on,
        case when members.is_skipped then 1 end as skipped,
        case when members.is_regressed then 1 end as regressed,
        case when members.is_reentered then 1 end as reentered,
        coalesce(
            deals.source_file || ':' || deals.source_row, leads.source_file || ':' || leads.source_row
        ) as source_row
    from fct_funnel_members as members
    inner join fct_segment_subjects as segments
        on members.subject_type = segments.subject_type and members.subject_id = segments.subject_id
    left join fct_opportunities as deals
        on members.subject_type = 'opportunity' and members.subject_id = deals.opportunity_id
    left join fct_leads as leads
        on members.subject_type = 'lead' and members.subject_id = leads.lead_id
    where
        members.subject_type = $subject_type and members.pipeline = $pipeline
        and members.from_stage = $from_stage and members.to_stage = $to_stage
        and segments.segment_type = $segment_type and segments.segment_id = $segment_id
        and members.reached_on between $start and $end
    order by all
"""


def explain_funnel(
    connection: duckdb.DuckDBPyConnection,
    segment: Segment,
    period: Period,
    *,
    pipeline: str | None = None,
    from_stage: str | None = None,
    to_stage: str | None = None,
) -> Explanation:
    """The step of one segment and period; the options that name the step may be left out where only one fits."""
    step = _step(connection, segment, period, {"pipeline": pipeline, "from_stage": from_stage, "to_stage": to_stage})
    named = {name: step.pop(name) for name in ("subject_type", "pipeline", "from_stage", "to_stage")}
    counts = ("reached", "converted", "open", "lost", "skipped", "regressed", "reentered")
    return Explanation(
        subject={
            **{"view": "cohort", **named},
            **{"segment_type": segment.type, "segment_id": segment.id, "segment_name": segment.name},
            **{"period_type": period.type, "period_start": period.start, "period_end": period.end},
        },
        figures=step,
        how=[
            f"Of those that first reached {named['from_stage']}, or a later stage, in the period: "
            f"which reached {named['to_stage']}, which are open and which were lost, as of the newest extracts.",
            "conversion_rate = converted_count / reached_count; reached = converted + open + lost.",
        ],
        listings=[
            list_rows(
                connection,
                "Leads" if named["subject_type"] == "lead" else "Deals",
                SUBJECTS,
                named | segment.parameters | period.parameters,
                tuple(Total(f"{count}_count", count, step[f"{count}_count"]) for count in counts),
            ),
            *exclusion_listings(
                connection,
                segment,
                period,
                metrics=["funnel_conversion"],
                objects=[str(named["subject_type"]), "stage_event"],
                dated_by="created_on",
            ),
        ],
    )


def _step(
    connection: duckdb.DuckDBPyConnection, segment: Segment, period: Period, wanted: dict[str, str | None]
) -> dict[str, Any]:
    """The mart's row of the step asked for, or an error that lists the steps."""
    cursor = connection.execute(
        """
        select
            subject_type, pipeline, from_stage, to_stage, reached_count, converted_count, open_count, lost_count,
            conversion_rate, skipped_count, regressed_count, reentered_count, converted_within_30_days,
            converted_within_60_days, converted_within_90_days, collection_status, comparability, comparability_reasons
        from mart_funnel_conversion
        where
            "view" = 'cohort' and segment_type = ? and segment_id = ? and period_type = ? and period_start = ?
        order by all
        """,
        [segment.type, segment.id, period.type, period.start],
    )
    columns = [column[0] for column in cursor.description or ()]
    steps = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    chosen = [
        step
        for step in steps
        if all(text is None or step[name].casefold() == text.casefold() for name, text in wanted.items())
    ]
    if len(chosen) == 1:
        return chosen[0]
    if not steps:
        raise ConfigurationError(
            f"{segment.name}: nothing reached any stage in the {period}: mart_funnel_conversion has no such row."
        )
    steps_known = "; ".join(
        f"{step['pipeline']}: {step['from_stage']} to {step['to_stage']}" for step in chosen or steps
    )
    raise ConfigurationError(
        f"{'Several steps fit' if chosen else 'There is no such step'}. Choose by --pipeline, --from-stage and "
        f"--to-stage among {steps_known}."
    )
