-- The phases that a deal entered. The log calls deal V-1001 just 1001, and does not name the phase that was left.
{% set written = '%d.%m.%Y %H:%M' %}

with

source_rows as (
    select * from {{ source('raw', 'kontorwerk__stage_event') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        'V-' || {{ text('vorgang') }} as opportunity_reference,

        -- text
        cast(null as varchar) as from_source_stage,
        {{ text('phase') }} as to_source_stage,
        {{ text('von') }} as changed_by,
        cast(null as varchar) as source_exclusion,

        -- instants
        {{ parse_instant('seit', 'seit_zone.time_zone', written) }} as changed_at,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('kontorwerk', 'seit', written) }}
)

select * from renamed
