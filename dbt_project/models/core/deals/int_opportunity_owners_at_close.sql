-- The owner in the first extract that shows the deal closed, after the last one that shows it open: a deal that changes
-- hands after its close stays with whom closed it. When that was.
with

versions as (
    select * from {{ ref('int_opportunity_versions_in_force') }}
),

stage_labels as (
    select * from {{ ref('int_stage_labels_mapped') }}
),

closed_or_open as (
    select
        versions.source,
        versions.opportunity_id,
        versions.source_key,
        versions.owner_reference,
        versions.extracted_at,
        versions.updated_at,
        versions.row_hash,
        stage_labels.is_closed,
        max(case when not stage_labels.is_closed then versions.extracted_at end) over (
            partition by versions.opportunity_id
        ) as last_open_at
    from versions
    inner join stage_labels
        on
            versions.source = stage_labels.source
            and versions.pipeline = stage_labels.pipeline
            and versions.source_stage = stage_labels.source_stage
            and {{ business_date('versions.extracted_at') }} between stage_labels.meaning_from and stage_labels.meaning_to
),

ranked as (
    select
        source,
        opportunity_id,
        source_key,
        owner_reference,
        extracted_at,
        row_number() over (
            partition by opportunity_id
            order by extracted_at asc, updated_at desc nulls last, row_hash desc
        ) as position_since_close
    from closed_or_open
    where is_closed and (last_open_at is null or extracted_at > last_open_at)
),

final as (
    select
        ranked.opportunity_id,
        references_resolved.resolved_id as owner_rep_id,
        ranked.source,
        ranked.source_key,
        ranked.extracted_at as shown_closed_at
    from ranked
    left join {{ ref('int_references_resolved') }} as references_resolved
        on
            references_resolved.entity = 'rep'
            and ranked.source = references_resolved.scope
            and ranked.owner_reference = references_resolved.reference
    where ranked.position_since_close = 1
)

select * from final
