-- Pipedrive's users in the canonical columns of reps: it knows neither teams nor the days on which they join and leave.
with

users as (
    select * from {{ ref('stg_pipedrive__users') }}
),

renamed as (
    select
        -- ids
        user_key as rep_key,
        cast(null as varchar) as team_reference,

        -- text
        user_name as rep_name,
        email,
        role,
        cast(null as varchar) as segment,
        cast(null as varchar) as region,
        cast(null as varchar) as manager_reference,
        cast(null as varchar) as time_zone,

        -- dates
        cast(null as date) as hired_on,
        cast(null as date) as ended_on,

        -- origin
        source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        superseded_at,
        is_current,
        extras
    from users
)

select * from renamed
