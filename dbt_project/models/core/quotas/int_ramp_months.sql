-- From when to when each rep is in which month of tenure, and the share of a quota that the ramp register gives for it. The
-- first month begins on the day of hire. A role with rows of its own only uses those; other roles use the rows without a role.
with

ramps as (
    select
        role,
        month_of_tenure,
        max(share) as share
    from {{ ref('stg_registers__ramps') }}
    where is_current and month_of_tenure >= 1
    group by role, month_of_tenure
),

reps as (
    select * from {{ ref('int_reps_matched') }}
    where hired_on is not null
),

roles as (
    select distinct role from ramps
    where role is not null
),

final as (
    select
        reps.rep_id,
        ramps.month_of_tenure,
        ramps.share,
        {{ add_months('reps.hired_on', 'ramps.month_of_tenure - 1') }} as ramp_from,
        {{ add_days(add_months('reps.hired_on', 'ramps.month_of_tenure'), -1) }} as ramp_to
    from reps
    left join roles on reps.role = roles.role
    inner join ramps on coalesce(roles.role, '') = coalesce(ramps.role, '')
)

select * from final
