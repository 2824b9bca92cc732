-- Which extract first told each version of a Pipedrive deal, and which one told the next: a change is told by the extract that brought it,
-- however long ago it happened.
with

states as (
    select * from {{ ref('stg_pipedrive__deal_states') }}
),

vanished as (
    {{ vanished_deals('stg_pipedrive__deals') }}
),

{{ version_history('vanished.vanished_at >= states.observed_at') }}

select * from final
