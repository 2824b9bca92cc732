"""The source rows that are excluded from a number: those of the deals concerned, and those whose deal is unknown."""

from collections.abc import Sequence

import duckdb

from orchestration.explain.explanation import Listing, list_rows
from orchestration.explain.published import Period, Segment

# the ledger identifies a deal by the file and row that it was read from
CONCERNED = """
    select
        exclusions.object,
        exclusions.source_key,
        exclusions.reason,
        exclusions.excluded_from,
        exclusions.source_file || ':' || exclusions.source_row as source_place,
        deals.opportunity_id,
        deals.closed_on,
        deals.created_on
    from mart_exclusion as exclusions
    left join fct_opportunities as deals
        on exclusions.object = 'opportunity'
        and exclusions.excluded_from <> 'all'
        and exclusions.source_file = deals.source_file
        and exclusions.source_row = deals.source_row
    where
        (exclusions.excluded_from = 'all' and list_contains($objects, exclusions.object))
        or list_has_any(string_split(exclusions.excluded_from, ','), $metrics)
"""


def exclusion_listings(
    connection: duckdb.DuckDBPyConnection,
    segment: Segment,
    period: Period,
    *,
    metrics: Sequence[str],
    objects: Sequence[str],
    dated_by: str,
) -> list[Listing]:
    """What is excluded from `metrics` and, of these `objects`, from all; deals are in the period of `dated_by`."""
    named = {"metrics": list(metrics), "objects": list(objects)}
    return [
        list_rows(
            connection,
            "Deals excluded from this number",
            f"""
            with concerned as ({CONCERNED})
            select source_key as deal, {dated_by}, reason, excluded_from, source_place as source_row
            from concerned
            where
                {dated_by} between $start and $end
                and (
                    exists (
                        from fct_segment_subjects as segments
                        where segments.subject_type = 'opportunity' and segments.subject_id = concerned.opportunity_id
                            and segments.segment_type = $segment_type and segments.segment_id = $segment_id
                    )
                    or exists (
                        from fct_credits as credits
                        where $segment_type = 'rep' and credits.rep_id = $segment_id
                            and credits.opportunity_id = concerned.opportunity_id
                    )
                )
            order by all
            """,  # noqa: S608 (our own names)
            named | segment.parameters | period.parameters,
        ),
        list_rows(
            connection,
            "Excluded source rows, of any period and owner",
            f"""
            with concerned as ({CONCERNED})
            select object, reason, excluded_from, count(*) as "rows", min(source_place) as first_source_row
            from concerned
            where opportunity_id is null or {dated_by} is null
            group by object, reason, excluded_from
            order by all
            """,  # noqa: S608 (our own names)
            named,
        ),
    ]
