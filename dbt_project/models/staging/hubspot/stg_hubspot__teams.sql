-- HubSpot names teams on its owners; a team has no row of its own.
with

owners as (
    select * from {{ ref('base_hubspot__owners') }}
    where is_current and team_key is not null
),

final as (
    select
        -- ids
        team_key,
        cast(null as varchar) as parent_team_reference,
        cast(null as varchar) as manager_reference,

        -- text
        max(team_name) as team_name,

        -- origin
        team_key as source_key,
        cast(null as varchar) as source_file,
        cast(null as bigint) as source_row,
        cast(null as varchar) as row_hash,
        cast(null as timestamp) as extracted_at,
        cast(null as timestamp) as superseded_at,
        true as is_current,
        cast(null as varchar) as extras
    from owners
    group by team_key
)

select * from final
