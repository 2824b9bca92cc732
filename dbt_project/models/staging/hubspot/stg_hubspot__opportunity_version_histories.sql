-- Which extract first told each version of a HubSpot deal, and which one told the next: a change is told by the extract that brought it,
-- however long ago it happened.
with

states as (
    select * from {{ ref('stg_hubspot__deal_states') }}
),

vanished as (
    {{ vanished_deals('stg_hubspot__deals') }}
),

{{ version_history() }}

select * from final
