with

source_rows as (
    select * from {{ source('raw', 'crm_sales__opportunity') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('opportunity_id') }} as opportunity_key,

        -- references
        {{ text('sales_agent') }} as owner_reference,
        {{ text('account') }} as account_reference,
        {{ text('product') }} as product_reference,
        cast(null as varchar) as created_by_reference,
        cast(null as varchar) as lead_reference,

        -- text
        cast(null as varchar) as opportunity_name,
        cast(null as varchar) as pipeline,
        {{ text('deal_stage') }} as source_stage,
        -- an engage date is the entry into Engaging
        'Engaging' as stage_on_creation,
        cast(null as varchar) as currency,
        cast(null as varchar) as opportunity_type,
        cast(null as varchar) as loss_reason,
        cast(null as varchar) as forecast_category,

        -- numbers
        {{ parse_number('close_value', 'decimal(19, 4)') }} as amount,
        cast(null as decimal(19, 4)) as crm_converted_amount,
        cast(null as decimal(9, 6)) as probability,

        -- booleans
        false as is_deleted,

        -- dates and instants: this extract knows days only
        cast(null as timestamp) as created_at,
        {{ parse_date('engage_date', '%m/%d/%Y') }} as created_on,
        {{ parse_date('close_date', '%m/%d/%Y') }} as close_date,
        cast(null as timestamp) as closed_at,
        cast(null as timestamp) as close_date_at,
        cast(null as timestamp) as updated_at,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- extracted_at and superseded_at are the extracts
        cast(null as timestamp) as delivered_at,
        cast(null as timestamp) as outdated_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
