with

source_rows as (
    select * from {{ source('raw', 'registers__crm_total') }}
    where not _is_tombstone
),

renamed as (
    select
        {{ text('source') }} as crm,
        lower({{ text('metric') }}) as metric,
        lower({{ text('period_type') }}) as period_type,
        lower({{ text('scope_type') }}) as scope_type,
        {{ text('scope') }} as scope,
        upper({{ text('currency') }}) as currency,
        {{ text('time_zone') }} as time_zone,
        {{ text('read_by') }} as read_by,
        {{ text('definition') }} as definition,
        {{ parse_number('amount', 'decimal(19, 4)') }} as amount,
        {{ parse_period('period_start', var('fiscal_year_start_month')) }} as period_start,
        {{ parse_date('read_on') }} as read_on,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
