with

source_rows as (
    select * from {{ source('raw', 'hubspot__stage') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('id') }} as stage_key,
        {{ text('pipeline_id') }} as pipeline_key,

        -- text
        {{ text('label') }} as stage_name,
        {{ text('pipeline_label') }} as pipeline_name,
        cast(null as varchar) as outcome,

        -- numbers
        {{ parse_integer('displayorder') }} as stage_position,

        -- origin
        {{ source_row_columns() }},
        -- what the stage is called, also where it is gone: a deal of the past may have been in it
        row_number() over (
            partition by _key
            order by case when _superseded_at is null then 1 else 0 end desc, _extracted_at desc, _row_hash desc
        ) = 1 as is_last_known
    from source_rows
)

select * from renamed
