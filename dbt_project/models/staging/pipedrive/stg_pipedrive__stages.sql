-- noqa: disable=LT02
-- Pipedrive's stages, and the statuses won and lost by which it closes deals. A stage that is called like a status is not the status.
with

source_rows as (
    select * from {{ source('raw', 'pipedrive__stage') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('stage_id') }} as stage_key,
        {{ text('pipeline_id') }} as pipeline_key,

        -- text
        case
            when lower({{ text('stage_name') }}) in ('won', 'lost')
                then {{ stage_beside_status(text('stage_name'), text('stage_id')) }}
            else {{ text('stage_name') }}
        end as stage_name,
        {{ text('pipeline_name') }} as pipeline_name,
        cast(null as varchar) as outcome,

        -- numbers
        {{ parse_integer('order_nr') }} as stage_position,

        -- origin
        {{ source_row_columns() }},
        -- what the stage is called, also where it is gone: a deal of the past may have been in it
        row_number() over (
            partition by _key
            order by case when _superseded_at is null then 1 else 0 end desc, _extracted_at desc, _row_hash desc
        ) = 1 as is_last_known
    from source_rows
),

statuses as (
    {% for status in ['won', 'lost'] -%}
    select
        '{{ status }}' as stage_key,
        cast(null as varchar) as pipeline_key,
        '{{ status }}' as stage_name,
        cast(null as varchar) as pipeline_name,
        '{{ status }}' as outcome,
        cast(null as integer) as stage_position,
        '{{ status }}' as source_key,
        cast(null as varchar) as source_file,
        cast(null as bigint) as source_row,
        cast(null as varchar) as row_hash,
        cast(null as timestamp) as extracted_at,
        cast(null as timestamp) as superseded_at,
        true as is_current,
        cast(null as varchar) as extras,
        true as is_last_known
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select * from renamed
    union all
    select * from statuses
)

select * from final
