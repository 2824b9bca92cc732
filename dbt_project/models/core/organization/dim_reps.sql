with

reps as (
    select * from {{ ref('int_reps_matched') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

current_memberships as (
    select
        memberships.rep_id,
        memberships.team_id
    from {{ ref('int_team_memberships_dated') }} as memberships
    cross join as_of
    where as_of.as_of_date between memberships.valid_from and memberships.valid_to
),

final as (
    select
        cast(reps.rep_id as varchar) as rep_id,
        cast(reps.rep_name as varchar) as rep_name,
        cast(reps.source as varchar) as source,
        reps.record_count,
        cast(reps.email as varchar) as email,
        cast(reps.role as varchar) as role,
        cast(reps.segment as varchar) as segment,
        cast(reps.region as varchar) as region,
        cast(current_memberships.team_id as varchar) as team_id,
        reps.hired_on,
        reps.ended_on
    from reps
    left join current_memberships on reps.rep_id = current_memberships.rep_id
    union all
    -- deals of nobody are credited to a row of its own, in no team but in the company
    select
        'unassigned' as rep_id,
        'Unassigned' as rep_name,
        cast(null as varchar) as source,
        cast(0 as bigint) as record_count,
        cast(null as varchar) as email,
        cast(null as varchar) as role,
        cast(null as varchar) as segment,
        cast(null as varchar) as region,
        cast(null as varchar) as team_id,
        cast(null as date) as hired_on,
        cast(null as date) as ended_on
)

select * from final
