-- The days on which less than a whole working day is expected of a rep: of leave, once however often it is registered, and of the months of
-- tenure for which the ramp register has a share. The first month begins on the day of hire. A role with rows of its own only uses those;
-- other roles use the rows without a role.
with

leaves as (
    select * from {{ ref('stg_registers__leaves') }}
    where is_current
),

ramps as (
    select
        coalesce({{ folded('role') }}, '') as role,
        month_of_tenure,
        max(share) as share
    from {{ ref('stg_registers__ramps') }}
    where is_current and month_of_tenure >= 1
    group by {{ folded('role') }}, month_of_tenure
),

roles as (
    select distinct role from ramps
),

reps as (
    select * from {{ ref('dim_reps') }}
    where hired_on is not null
),

dates as (
    select date_day from {{ ref('int_working_days') }}
    where region = ''
),

ramp_months as (
    select
        reps.rep_id,
        ramps.share,
        {{ add_months('reps.hired_on', 'ramps.month_of_tenure - 1') }} as ramp_from,
        {{ add_days(add_months('reps.hired_on', 'ramps.month_of_tenure'), -1) }} as ramp_to
    from reps
    left join roles on {{ folded('reps.role') }} = roles.role
    inner join ramps on coalesce(roles.role, '') = ramps.role
),

unioned as (
    select
        reps_on_leave.resolved_id as rep_id,
        dates.date_day,
        true as is_on_leave,
        cast(null as decimal(9, 6)) as ramp_share
    from leaves
    {{ join_reference('leaves', 'rep_reference', 'rep', 'reps_on_leave', "'registers'") }}
    inner join dates on dates.date_day between leaves.from_date and leaves.to_date
    where reps_on_leave.resolved_id is not null
    union all
    select
        ramp_months.rep_id,
        dates.date_day,
        false as is_on_leave,
        ramp_months.share as ramp_share
    from ramp_months
    inner join dates on dates.date_day between ramp_months.ramp_from and ramp_months.ramp_to
),

final as (
    select
        rep_id,
        date_day,
        bool_or(is_on_leave) as is_on_leave,
        min(ramp_share) as ramp_share
    from unioned
    group by rep_id, date_day
)

select * from final
