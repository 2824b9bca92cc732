with

source_rows as (
    select * from {{ source('raw', 'hubspot__opportunity_split') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('deal_id') }} as opportunity_reference,
        {{ text('hubspot_owner_id') }} as rep_reference,

        -- numbers
        {{ parse_number('hs_deal_split_percentage', 'decimal(9, 6)') }} as share,

        -- why the source does not count the row
        case when {{ parse_boolean('archived') }} then 'deleted' end as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
