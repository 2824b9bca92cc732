-- A role is a team, and the role above it the team above.
with

source_rows as (
    select * from {{ source('raw', 'salesforce__team') }}
    where not _is_tombstone
),

renamed as (
    select
        -- ids
        {{ salesforce_id('id') }} as team_key,
        {{ salesforce_id('parentroleid') }} as parent_team_reference,
        {{ salesforce_id('forecastuserid') }} as manager_reference,

        -- text
        {{ text('name') }} as team_name,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from source_rows
)

select * from renamed
