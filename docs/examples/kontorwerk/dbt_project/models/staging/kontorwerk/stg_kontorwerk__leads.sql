-- Kontorwerk's leads. The day of qualification is a date, and so already a business date.
{% set written = '%d.%m.%Y %H:%M' %}

with

source_rows as (
    select * from {{ source('raw', 'kontorwerk__lead') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('nr') }} as lead_key,
        {{ text('betreuer') }} as owner_reference,
        {{ text('vorgang') }} as opportunity_reference,

        -- text
        {{ text('herkunft') }} as lead_source,
        {{ text('status') }} as lead_status,

        -- instants and their business dates
        {{ parse_instant('eingang', 'eingang_zone.time_zone', written) }} as created_at,
        {{ business_date(parse_instant('eingang', 'eingang_zone.time_zone', written)) }} as created_on,
        {{ start_of_business_date(parse_date('qualifiziert_am', '%d.%m.%Y')) }} as qualified_at,
        {{ parse_date('qualifiziert_am', '%d.%m.%Y') }} as qualified_on,
        cast(null as timestamp) as converted_at,
        cast(null as date) as converted_on,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('kontorwerk', 'eingang', written) }}
)

select * from renamed
