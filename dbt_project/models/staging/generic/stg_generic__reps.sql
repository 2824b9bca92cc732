with

source_rows as (
    select * from {{ source('raw', 'generic__rep') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('rep_id') }} as rep_key,
        {{ text('team_id') }} as team_reference,

        -- text
        {{ text('name') }} as rep_name,
        {{ text('email') }} as email,
        {{ text('role') }} as role,
        {{ text('segment') }} as segment,
        {{ text('region') }} as region,
        {{ text('manager_id') }} as manager_reference,
        {{ text('time_zone') }} as time_zone,

        -- dates
        {{ parse_date('hired_on') }} as hired_on,
        {{ parse_date('ended_on') }} as ended_on,
        cast(null as date) as inactive_from,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
