with

source_rows as (
    select * from {{ source('raw', 'generic__opportunity') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('opportunity_id') }} as opportunity_key,

        -- references
        {{ text('owner_id') }} as owner_reference,
        {{ text('account_id') }} as account_reference,
        cast(null as varchar) as product_reference,
        {{ text('created_by') }} as created_by_reference,
        {{ text('lead_id') }} as lead_reference,

        -- text
        {{ text('name') }} as opportunity_name,
        {{ text('pipeline') }} as pipeline,
        {{ text('stage') }} as source_stage,
        cast(null as varchar) as stage_on_creation,
        {{ text('currency') }} as currency,
        {{ text('type') }} as opportunity_type,
        {{ text('loss_reason') }} as loss_reason,
        {{ text('forecast_category') }} as forecast_category,

        -- numbers
        {{ parse_number('amount', 'decimal(19, 4)') }} as amount,
        cast(null as decimal(19, 4)) as crm_converted_amount,
        -- a fraction: whether 65 means 0.65 or is a typing error cannot be known
        case
            when {{ parse_number('probability', 'decimal(18, 6)') }} between 0 and 1
                then {{ parse_number('probability', 'decimal(9, 6)') }}
        end as probability,

        -- booleans
        coalesce({{ parse_boolean('is_deleted') }}, false) as is_deleted,

        -- instants and their business dates
        {{ parse_instant('created_at', 'created_at_zone.time_zone') }} as created_at,
        {{ business_date(parse_instant('created_at', 'created_at_zone.time_zone')) }} as created_on,
        {{ parse_date('close_date') }} as close_date,
        {{ parse_instant('closed_at', 'closed_at_zone.time_zone') }} as closed_at,
        case
            when {{ parse_date('close_date') }} is null and not {{ is_plain_date('closed_at') }}
                then {{ parse_instant('closed_at', 'closed_at_zone.time_zone') }}
        end as close_date_at,
        {{ parse_instant('updated_at', 'updated_at_zone.time_zone') }} as updated_at,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- extracted_at and superseded_at are the extracts
        cast(null as timestamp) as delivered_at,
        cast(null as timestamp) as outdated_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('generic', 'created_at') }}
    {{ join_source_zone('generic', 'closed_at') }}
    {{ join_source_zone('generic', 'updated_at') }}
)

select * from renamed
