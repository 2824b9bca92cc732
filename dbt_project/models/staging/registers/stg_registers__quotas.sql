with

source_rows as (
    select * from {{ source('raw', 'registers__quota') }}
    where not _is_tombstone
),

renamed as (
    select
        lower({{ text('assignee_type') }}) as assignee_type,
        {{ text('assignee') }} as assignee_reference,
        lower({{ text('metric') }}) as metric,
        lower({{ text('period_type') }}) as period_type,
        upper({{ text('currency') }}) as currency,
        {{ text('reason') }} as reason,
        {{ text('approved_by') }} as approved_by,
        {{ parse_number('target', 'decimal(19, 4)') }} as target_amount,
        {{ parse_period('period_start', var('fiscal_year_start_month')) }} as period_start,
        {{ parse_date('effective_from') }} as effective_from,
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
