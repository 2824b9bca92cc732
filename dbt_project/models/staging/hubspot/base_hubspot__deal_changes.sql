with

source_rows as (
    select * from {{ source('raw', 'hubspot__opportunity_change') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('deal_id') }} as deal_key,
        coalesce(
            {{ text('updatedbyuserid') }},
            case when lower({{ text('sourceid') }}) like 'userid:%' then substr({{ text('sourceid') }}, 8) end
        ) as user_key,

        -- text
        lower({{ text('property') }}) as field,
        {{ text('value') }} as new_value,

        -- instants
        {{ parse_instant_or_milliseconds('source_rows."timestamp"', 'timestamp_zone.time_zone') }} as changed_at,
        case
            when lower({{ text('property') }}) = 'closedate'
                then {{ hubspot_instant('value') }}
        end as new_instant,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('hubspot', 'timestamp') }}
    {{ join_source_zone('hubspot', 'value') }}
)

select * from renamed
