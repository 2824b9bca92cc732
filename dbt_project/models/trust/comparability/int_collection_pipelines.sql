-- The pipelines of each source; its leads are the pipeline 'leads'.
with

final as (
    select distinct
        source,
        pipeline
    from {{ ref('fct_opportunities') }}
    union
    select distinct
        source,
        'leads' as pipeline
    from {{ ref('int_leads_validated') }}
    where exclusion_reason is null
)

select * from final
