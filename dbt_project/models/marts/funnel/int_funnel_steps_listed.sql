-- The steps of each track: each pair of adjacent stages, the last stage → won, and the first stage → won.
with

stages as (
    select * from {{ ref('int_funnel_stages_listed') }}
),

final as (
    {{ funnel_steps('stages') }}
)

select * from final
