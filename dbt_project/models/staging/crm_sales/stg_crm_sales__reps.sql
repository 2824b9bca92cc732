with

source_rows as (
    select * from {{ source('raw', 'crm_sales__rep') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('sales_agent') }} as rep_key,
        {{ text('manager') }} as team_reference,

        -- text
        {{ text('sales_agent') }} as rep_name,
        cast(null as varchar) as email,
        cast(null as varchar) as role,
        cast(null as varchar) as segment,
        {{ text('regional_office') }} as region,
        {{ text('manager') }} as manager_reference,
        cast(null as varchar) as time_zone,

        -- dates
        cast(null as date) as hired_on,
        cast(null as date) as ended_on,
        cast(null as date) as inactive_from,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
