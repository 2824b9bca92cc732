-- Kontorwerk's activities. What is not done yet is planned, and has not occurred.
{% set written = '%d.%m.%Y %H:%M' %}

with

source_rows as (
    select * from {{ source('raw', 'kontorwerk__activity') }}
    where not _is_tombstone
),

occurred as (
    select
        source_rows.*,
        coalesce({{ parse_boolean('erledigt') }}, false) as is_done,
        {{ parse_instant('beginn', 'beginn_zone.time_zone', written) }} as begins_at,
        {{ parse_instant('erfasst_am', 'erfasst_am_zone.time_zone', written) }} as logged_at
    from source_rows
    {{ join_source_zone('kontorwerk', 'beginn', written) }}
    {{ join_source_zone('kontorwerk', 'erfasst_am', written) }}
),

renamed as (
    select
        -- ids
        {{ text('nr') }} as activity_key,
        {{ text('wer') }} as rep_reference,
        'V-' || {{ text('vorgang') }} as opportunity_reference,
        {{ text('interessent') }} as lead_reference,
        cast(null as varchar) as account_reference,

        -- text
        {{ text('art') }} as activity_type,
        {{ text('richtung') }} as direction,
        case when is_done then 'done' else 'planned' end as outcome,
        cast(null as varchar) as tool,

        -- numbers
        {{ parse_number('dauer', 'decimal(18, 4)') }} as duration_minutes,

        -- instants and their business dates
        case when is_done then begins_at end as occurred_at,
        case when is_done then {{ business_date('begins_at') }} end as occurred_on,
        logged_at,
        begins_at as crm_dated_at,
        cast(null as date) as crm_dated_on,

        -- origin
        {{ source_row_columns() }}
    from occurred
)

select * from renamed
