{{ config(materialized='view') }}

-- The versions of opportunities that are to be believed: of a migrated one those of each system's own time.
with

final as (
    select * from {{ ref('int_opportunity_versions') }}
    where is_in_force
)

select * from final
