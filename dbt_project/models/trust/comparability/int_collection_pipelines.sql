-- The pipelines of each source; its leads are the pipeline 'leads'.
with

final as (
    select distinct
        source,
        pipeline
    from {{ ref('int_opportunities_valued') }}
    union
    select distinct
        source,
        'leads' as pipeline
    from {{ ref('int_leads_judged') }}
    where exclusion_reason is null
)

select * from final
