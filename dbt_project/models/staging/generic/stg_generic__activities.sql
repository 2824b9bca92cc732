with

source_rows as (
    select
        *,
        -- the outcome is the company's own text; of a few words everybody knows that nothing took place
        coalesce({{ is_word("lower(" ~ text('outcome') ~ ")", words_for_not_held()) }}, false) as is_not_held
    from {{ source('raw', 'generic__activity') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('activity_id') }} as activity_key,
        {{ text('rep_id') }} as rep_reference,
        {{ text('opportunity_id') }} as opportunity_reference,
        {{ text('lead_id') }} as lead_reference,
        {{ text('account_id') }} as account_reference,

        -- text
        {{ text('type') }} as activity_type,
        {{ text('direction') }} as direction,
        case when source_rows.is_not_held then 'planned' else {{ text('outcome') }} end as outcome,
        {{ text('tool') }} as tool,

        -- numbers
        {{ parse_number('duration_minutes', 'decimal(18, 4)') }} as duration_minutes,

        -- instants and their business dates
        case
            when not source_rows.is_not_held then {{ parse_instant('occurred_at', 'occurred_at_zone.time_zone') }}
        end as occurred_at,
        case
            when not source_rows.is_not_held
                then {{ business_date(parse_instant('occurred_at', 'occurred_at_zone.time_zone')) }}
        end as occurred_on,
        {{ parse_instant('logged_at', 'logged_at_zone.time_zone') }} as logged_at,
        {{ parse_instant('occurred_at', 'occurred_at_zone.time_zone') }} as crm_dated_at,
        case when {{ is_plain_date('occurred_at') }} then {{ parse_date('occurred_at') }} end as crm_dated_on,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('generic', 'occurred_at') }}
    {{ join_source_zone('generic', 'logged_at') }}
)

select * from renamed
