-- Kontorwerk's deals in the canonical columns of opportunities. Its phase says who won: there is no other status.
{% set written = '%d.%m.%Y %H:%M' %}

with

source_rows as (
    select * from {{ source('raw', 'kontorwerk__opportunity') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('nummer') }} as opportunity_key,

        -- references
        {{ text('betreuer') }} as owner_reference,
        {{ text('firma') }} as account_reference,
        cast(null as varchar) as product_reference,
        cast(null as varchar) as created_by_reference,
        cast(null as varchar) as lead_reference,

        -- text
        {{ text('betreff') }} as opportunity_name,
        cast(null as varchar) as pipeline,
        {{ text('phase') }} as source_stage,
        cast(null as varchar) as stage_on_creation,
        cast(null as varchar) as currency,
        cast(null as varchar) as opportunity_type,
        {{ text('verlustgrund') }} as loss_reason,
        cast(null as varchar) as forecast_category,

        -- numbers
        {{ parse_number('betrag', 'decimal(19, 4)', '1.234,50') }} as amount,
        cast(null as decimal(19, 4)) as crm_converted_amount,
        -- in percent: 65 % is 0.65
        cast({{ parse_number("replace(chance, '%', '')", 'decimal(9, 4)') }} / 100 as decimal(9, 6)) as probability,

        -- booleans
        coalesce(lower({{ text('storniert') }}) = 'ja', false) as is_deleted,

        -- instants and their business dates
        {{ parse_instant('angelegt_am', 'angelegt_am_zone.time_zone', written) }} as created_at,
        {{ business_date(parse_instant('angelegt_am', 'angelegt_am_zone.time_zone', written)) }} as created_on,
        {{ parse_date('abschluss', '%d.%m.%Y') }} as close_date,
        cast(null as timestamp) as closed_at,
        cast(null as timestamp) as close_date_at,
        {{ parse_instant('geaendert_am', 'geaendert_am_zone.time_zone', written) }} as updated_at,

        -- why the source does not count the row
        case when {{ text('aufgegangen_in') }} is not null then 'merged' end as source_exclusion,

        -- extracted_at and superseded_at are the extracts
        cast(null as timestamp) as delivered_at,
        cast(null as timestamp) as outdated_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('kontorwerk', 'angelegt_am', written) }}
    {{ join_source_zone('kontorwerk', 'geaendert_am', written) }}
)

select * from renamed
