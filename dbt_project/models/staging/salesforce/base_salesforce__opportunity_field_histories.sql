with

source_rows as (
    select * from {{ source('raw', 'salesforce__opportunity_field_history') }}
    where not _is_tombstone
),

source_zones as (
    select * from {{ source('raw', 'source_time_zone') }}
    where source = 'salesforce'
),

renamed as (
    select
        -- ids
        {{ salesforce_id('id') }} as history_key,
        {{ salesforce_id('opportunityid') }} as deal_key,
        {{ salesforce_id('createdbyid') }} as changed_by,

        -- text
        lower({{ text('field') }}) as field,
        {{ text('oldvalue') }} as old_value,
        {{ text('newvalue') }} as new_value,

        -- instants
        {{ parse_instant('createddate', 'createddate_zone.time_zone') }} as changed_at,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
    {{ join_source_zone('createddate') }}
)

select * from renamed
