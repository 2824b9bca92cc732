with

source_rows as (
    select * from {{ source('raw', 'pipedrive__opportunity_change') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('deal_id') }} as deal_key,

        -- text: what version 2 of the API calls otherwise has its older name
        case lower({{ text('changed_field_key') }})
            when 'owner_id' then 'user_id'
            when 'is_deleted' then 'deleted'
            else lower({{ text('changed_field_key') }})
        end as field,
        case lower({{ text('changed_field_key') }})
            when 'status' then lower({{ text('new_value') }})
            else {{ text('new_value') }}
        end as new_value,

        -- instants
        {{ parse_instant('change_time', 'change_time_zone.time_zone') }} as changed_at,
        case
            when lower({{ text('changed_field_key') }}) in ('add_time', 'won_time', 'lost_time', 'close_time')
                then {{ parse_instant('new_value', 'new_value_zone.time_zone') }}
        end as new_instant,

        -- origin
        {{ source_row_columns() }}
    from source_rows
    {{ join_source_zone('pipedrive', 'change_time') }}
    {{ join_source_zone('pipedrive', 'new_value') }}
)

select * from renamed
