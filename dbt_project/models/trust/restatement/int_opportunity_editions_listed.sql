-- The editions of each deal that counted: the spans of days within which nothing about it was told anew, its row, its log, its splits and its
-- lines, each with the row that stood.
with

versions as (
    select * from {{ ref('int_opportunity_versions_told') }}
),

stage_log as (
    select
        opportunity_id,
        {{ business_date('extracted_at') }} as told_from
    from {{ ref('int_stage_log_unioned') }}
    where is_in_force
),

parts as (
    select * from {{ ref('int_opportunity_parts_told') }}
),

owner_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

stood as (
    select * from versions
    where stood_until is null or stood_until > stood_from
),

days as (
    select
        opportunity_id,
        told_from
    from versions
    union
    {{ days_told('stood', 'opportunity_id', 'stood_from', 'stood_until') }}
    union
    select
        opportunity_id,
        told_from
    from stage_log
    union
    {{ days_told('parts', 'opportunity_id') }}
),

spans as (
    {{ spans_between('days', 'opportunity_id') }}
),

-- of rows that share a key in one extract the last updated counts
editions as (
    select
        stood.opportunity_id,
        stood.source_opportunity_id,
        stood.source,
        stood.owner_reference,
        stood.account_reference,
        stood.created_by_reference,
        stood.pipeline,
        stood.source_stage,
        stood.amount,
        stood.currency,
        stood.created_on,
        stood.close_date,
        stood.closed_at,
        stood.updated_at,
        stood.is_deleted,
        stood.source_exclusion,
        stood.source_file,
        stood.source_row,
        stood.row_hash,
        stood.extracted_at,
        spans.told_from,
        spans.told_until,
        row_number() over (
            partition by spans.opportunity_id, spans.told_from
            order by
                stood.updated_at desc nulls last,
                stood.row_hash desc,
                stood.source_file asc,
                stood.source_row asc
        ) as position_of_row
    from spans
    inner join stood
        on
            spans.opportunity_id = stood.opportunity_id
            and {{ was_told_on('stood', 'spans.told_from', 'stood_from', 'stood_until') }}
),

final as (
    select editions.*
    from editions
    left join owner_references
        on
            editions.source = owner_references.scope
            and editions.owner_reference = owner_references.reference
    where
        editions.position_of_row = 1
        and not editions.is_deleted
        and editions.source_exclusion is null
        and editions.source_stage is not null
        and coalesce(owner_references.candidate_count, 1) = 1
)

select * from final
