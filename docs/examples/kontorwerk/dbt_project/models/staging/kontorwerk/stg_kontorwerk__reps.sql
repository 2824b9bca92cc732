with

source_rows as (
    select * from {{ source('raw', 'kontorwerk__rep') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('kuerzel') }} as rep_key,
        cast(null as varchar) as team_reference,

        -- text
        {{ text('name') }} as rep_name,
        {{ text('e_mail') }} as email,
        {{ text('rolle') }} as role,
        cast(null as varchar) as segment,
        {{ text('gebiet') }} as region,
        cast(null as varchar) as manager_reference,
        cast(null as varchar) as time_zone,

        -- dates
        {{ parse_date('eintritt', '%d.%m.%Y') }} as hired_on,
        {{ parse_date('austritt', '%d.%m.%Y') }} as ended_on,
        cast(null as date) as inactive_from,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
