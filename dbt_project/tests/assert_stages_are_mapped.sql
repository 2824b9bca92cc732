-- Stages of counted deals and of their logs that the register stage_map does not know.
with

opportunities as (
    select * from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null and known_to is null
),

used as (
    select
        source,
        pipeline,
        source_stage,
        opportunity_id,
        source_file,
        source_row
    from opportunities
    union all
    select
        coalesce(records.source, opportunities.source) as source,
        coalesce(records.pipeline, opportunities.pipeline) as pipeline,
        stage_log.to_source_stage as source_stage,
        opportunities.opportunity_id,
        stage_log.source_file,
        stage_log.source_row
    from {{ ref('int_stage_log_unioned') }} as stage_log
    inner join opportunities on stage_log.opportunity_id = opportunities.opportunity_id
    left join {{ ref('int_opportunity_records') }} as records
        on stage_log.source_opportunity_id = records.source_opportunity_id
    where stage_log.is_in_force
),

known as (
    select distinct
        source,
        source_pipeline as pipeline,
        source_stage
    from {{ ref('int_stage_labels_mapped') }}
),

unmapped as (
    select
        used.source,
        used.pipeline,
        used.source_stage,
        count(distinct used.opportunity_id) as opportunity_count,
        min(used.source_file) as source_file,
        min(used.source_row) as source_row
    from used
    left join known
        on used.source = known.source and used.pipeline = known.pipeline and used.source_stage = known.source_stage
    where known.source_stage is null
    group by used.source, used.pipeline, used.source_stage
)

select
    *,
    source || ', pipeline ' || pipeline || ': ''' || source_stage || ''' ('
    || opportunity_count || if(opportunity_count = 1, ' deal', ' deals') || ', first in ' || source_file || ', line '
    || cast(source_row as varchar) || ')' as message
from unmapped
