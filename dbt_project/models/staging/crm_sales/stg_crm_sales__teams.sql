-- A manager's reps are a team, which has no row of its own.
with

reps as (
    select * from {{ ref('stg_crm_sales__reps') }}
    where is_current and team_reference is not null
),

final as (
    select distinct
        -- ids
        team_reference as team_key,
        cast(null as varchar) as parent_team_reference,
        team_reference as manager_reference,

        -- text
        team_reference as team_name,

        -- origin
        team_reference as source_key,
        cast(null as varchar) as source_file,
        cast(null as bigint) as source_row,
        cast(null as varchar) as row_hash,
        cast(null as timestamp) as extracted_at,
        cast(null as timestamp) as superseded_at,
        true as is_current,
        cast(null as varchar) as extras
    from reps
)

select * from final
