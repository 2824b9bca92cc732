-- Which extract first told each version of a Pipedrive deal, and which one told the next: a change is told by the extract that brought it,
-- however long ago it happened.
with

states as (
    select * from {{ ref('stg_pipedrive__deal_states') }}
),

vanished as (
    select
        deal_key,
        max(superseded_at) as vanished_at
    from {{ ref('stg_pipedrive__deals') }}
    group by deal_key
    having max(case when is_current then 1 else 0 end) = 0
),

{{ told_versions('vanished.vanished_at >= states.observed_at') }}

select * from final
