with

source_rows as (
    select * from {{ source('raw', 'pipedrive__lead') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('id') }} as lead_key,
        {{ text('owner_id') }} as owner_reference,
        {{ text('deal_id') }} as opportunity_reference,

        -- text
        {{ text('source_name') }} as lead_source,
        case {{ parse_boolean('is_archived') }} when true then 'archived' when false then 'open' end as lead_status,

        -- instants and their business dates: Pipedrive does not say when a lead was qualified or turned into a deal
        {{ parse_instant('add_time', 'add_time_zone.time_zone') }} as created_at,
        {{ business_date(parse_instant('add_time', 'add_time_zone.time_zone')) }} as created_on,
        cast(null as timestamp) as qualified_at,
        cast(null as date) as qualified_on,
        cast(null as timestamp) as converted_at,
        cast(null as date) as converted_on,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('pipedrive', 'add_time') }}
)

select * from renamed
