with

source_rows as (
    select * from {{ source('raw', 'salesforce__account') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ salesforce_id('id') }} as account_key,
        {{ salesforce_id('ownerid') }} as owner_reference,
        {{ salesforce_id('parentid') }} as parent_account_reference,

        -- text
        coalesce({{ text('name') }}, {{ text("concat_ws(' ', firstname, lastname)") }}) as account_name,
        {{ text('industry') }} as industry,
        {{ text('billingcountry') }} as region,
        cast(null as varchar) as segment,

        -- instants
        {{ parse_instant('createddate', 'createddate_zone.time_zone') }} as created_at,

        -- why the source does not count the row
        {{ salesforce_exclusion('masterrecordid') }} as source_exclusion,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
    {{ join_source_zone('salesforce', 'createddate') }}
)

select * from renamed
