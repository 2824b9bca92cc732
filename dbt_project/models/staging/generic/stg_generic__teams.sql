with

source_rows as (
    select * from {{ source('raw', 'generic__team') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('team_id') }} as team_key,
        {{ text('parent_team_id') }} as parent_team_reference,
        {{ text('manager_id') }} as manager_reference,

        -- text
        {{ text('name') }} as team_name,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
