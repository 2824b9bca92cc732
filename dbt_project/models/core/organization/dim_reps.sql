-- Each rep once, under its canonical id, however many sources deliver it, and one row for what no rep owns.
with

holiday_regions as (
    select distinct region
    from {{ ref('int_working_days') }}
    where region <> ''
),

identified as (
    {{ matched_records('rep') }}
),

reps as (
    select
        canonical_id as rep_id,
        {{ source_of_id('canonical_id') }} as source,
        count(*) as record_count,
        {{ first_known('record_name') }} as rep_name,
        {{ first_known('email') }} as email,
        {{ first_known('role') }} as role,
        {{ first_known('segment') }} as segment,
        {{ first_known('region') }} as region,
        {{ first_known('time_zone') }} as time_zone,
        {{ first_known('hired_on', 'date') }} as hired_on,
        -- who is active in one system has not left
        coalesce(
            {{ first_known('ended_on', 'date') }},
            nullif(nullif(max(inactive_from), cast('9999-12-31' as date)), cast('0001-01-01' as date))
        ) as ended_on,
        coalesce(count(ended_on) = 0 and max(inactive_from) = cast('0001-01-01' as date), false) as was_never_active
    from identified
    group by canonical_id
),

current_memberships as (
    select
        memberships.rep_id,
        memberships.team_id
    from {{ ref('int_team_memberships') }} as memberships
    cross join {{ ref('int_as_of_determined') }} as as_of
    where as_of.as_of_date between memberships.valid_from and memberships.valid_to
),

final as (
    select
        reps.*,
        current_memberships.team_id,
        coalesce(holiday_regions.region, '') as holiday_region
    from reps
    left join current_memberships using (rep_id)
    left join holiday_regions on {{ folded('reps.region') }} = {{ folded('holiday_regions.region') }}
    union all
    select
        'unassigned' as rep_id,
        cast(null as varchar) as source,
        0 as record_count,
        'Unassigned' as rep_name,
        cast(null as varchar) as email,
        cast(null as varchar) as role,
        cast(null as varchar) as segment,
        cast(null as varchar) as region,
        cast(null as varchar) as time_zone,
        cast(null as date) as hired_on,
        cast(null as date) as ended_on,
        false as was_never_active,
        cast(null as varchar) as team_id,
        '' as holiday_region
)

select * from final
