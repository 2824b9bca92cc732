-- HubSpot's owners in the canonical columns of reps: it knows their teams of today, not the days on which they join and leave.
with

owners as (
    select * from {{ ref('base_hubspot__owners') }}
),

renamed as (
    select
        -- ids
        owner_key as rep_key,
        team_key as team_reference,

        -- text
        owner_name as rep_name,
        email,
        cast(null as varchar) as role,
        cast(null as varchar) as segment,
        cast(null as varchar) as region,
        cast(null as varchar) as manager_reference,
        cast(null as varchar) as time_zone,

        -- dates
        cast(null as date) as hired_on,
        cast(null as date) as ended_on,
        inactive_from,

        -- origin
        source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        superseded_at,
        is_current,
        extras
    from owners
)

select * from renamed
