-- Pipedrive's users in the canonical columns of reps: it knows neither teams nor the days on which they join and leave.
with

source_rows as (
    select * from {{ source('raw', 'pipedrive__rep') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('id') }} as rep_key,
        cast(null as varchar) as team_reference,

        -- text
        {{ text('name') }} as rep_name,
        {{ text('email') }} as email,
        {{ text('role') }} as role,
        cast(null as varchar) as segment,
        cast(null as varchar) as region,
        cast(null as varchar) as manager_reference,
        cast(null as varchar) as time_zone,

        -- dates
        cast(null as date) as hired_on,
        cast(null as date) as ended_on,
        {{ inactive_from(parse_boolean('active_flag'), '_key') }} as inactive_from,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
