with

source_rows as (
    select * from {{ source('raw', 'generic__lead') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('lead_id') }} as lead_key,
        {{ text('owner_id') }} as owner_reference,
        {{ text('opportunity_id') }} as opportunity_reference,

        -- text
        {{ text('source_rows.source') }} as lead_source,
        {{ text('status') }} as lead_status,

        -- instants and their business dates
        {{ parse_instant('created_at', 'created_at_zone.time_zone') }} as created_at,
        {{ business_date(parse_instant('created_at', 'created_at_zone.time_zone')) }} as created_on,
        {{ parse_instant('qualified_at', 'qualified_at_zone.time_zone') }} as qualified_at,
        {{ business_date(parse_instant('qualified_at', 'qualified_at_zone.time_zone')) }} as qualified_on,
        {{ parse_instant('converted_at', 'converted_at_zone.time_zone') }} as converted_at,
        {{ business_date(parse_instant('converted_at', 'converted_at_zone.time_zone')) }} as converted_on,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('generic', 'created_at') }}
    {{ join_source_zone('generic', 'qualified_at') }}
    {{ join_source_zone('generic', 'converted_at') }}
)

select * from renamed
