-- Users in the canonical columns of reps. What a user does is the title; without one the name of the role.
with

source_rows as (
    select * from {{ source('raw', 'salesforce__rep') }}
    where not _is_tombstone
),

roles as (
    select
        team_key,
        max(team_name) as role_name
    from {{ ref('stg_salesforce__teams') }}
    where is_current
    group by team_key
),

renamed as (
    select
        -- ids
        {{ salesforce_id('source_rows.id') }} as rep_key,
        {{ salesforce_id('source_rows.userroleid') }} as team_reference,

        -- text
        coalesce(
            {{ text('source_rows.name') }}, {{ text("concat_ws(' ', source_rows.firstname, source_rows.lastname)") }}
        ) as rep_name,
        {{ text('source_rows.email') }} as email,
        coalesce({{ text('source_rows.title') }}, roles.role_name) as role,
        cast(null as varchar) as segment,
        {{ text('source_rows.country') }} as region,
        {{ salesforce_id('source_rows.managerid') }} as manager_reference,
        {{ text('source_rows.timezonesidkey') }} as time_zone,

        -- dates: Salesforce knows when a user was entered and not when a rep came or left, only who is active
        cast(null as date) as hired_on,
        cast(null as date) as ended_on,
        {{ inactive_from(parse_boolean('source_rows.isactive'), salesforce_id('source_rows.id')) }} as inactive_from,

        -- origin
        {{ source_row_columns(salesforce_id('source_rows.id')) }}
    from source_rows
    left join roles on {{ salesforce_id('source_rows.userroleid') }} = roles.team_key
)

select * from renamed
