with

source_rows as (
    select * from {{ source('raw', 'hubspot__rep') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ text('id') }} as owner_key,
        {{ text('userid') }} as user_key,
        {{ text('team_id') }} as team_key,

        -- text: an owner who was never given a name is known by the address
        coalesce(
            {{ text("coalesce(firstname, '') || ' ' || coalesce(lastname, '')") }}, {{ text('email') }}, {{ text('id') }}
        ) as owner_name,
        {{ text('email') }} as email,
        {{ text('team_name') }} as team_name,

        -- booleans
        coalesce({{ parse_boolean('archived') }}, false) as is_archived,

        -- dates
        {{ inactive_from('not ' ~ parse_boolean('archived'), '_key') }} as inactive_from,

        -- origin
        {{ source_row_columns() }}
    from source_rows
)

select * from renamed
