-- What the four core marts cost at least: from the same files, in plain SQL, without history, checks or trust.
-- Variables: generic and registers, the folders of the newest extracts.
create temp table deals as
select
    opportunity_id,
    owner_id,
    account_id,
    stage,
    amount::decimal(18, 2) as amount,
    created_at::timestamp::date as created_on,
    if(closed_at is null, null, close_date::date) as closed_on
from read_csv(getvariable('generic') || '/opportunities.csv', all_varchar = true);

create temp table stages as
from read_csv(getvariable('registers') || '/stage_map.csv', all_varchar = true);

create temp table moves as
select
    opportunity_id,
    stage_order::int as stage_order,
    min(changed_at::timestamp) as reached_at
from read_csv(getvariable('generic') || '/stage_events.csv', all_varchar = true) as events
inner join stages on events.to_stage = stages.source_stage
where not stages.is_closed::boolean or stages.is_won::boolean
group by all;

create temp table activities as
select
    rep_id,
    type,
    occurred_at::timestamp::date as occurred_on
from read_csv(getvariable('generic') || '/activities.csv', all_varchar = true);

create temp table reps as
from read_csv(getvariable('generic') || '/reps.csv', all_varchar = true);

create temp table segments as
select
    'rep' as segment_type,
    rep_id as segment_id,
    rep_id
from reps
union all
select
    'team',
    team_id,
    rep_id
from reps
union all
select
    'team',
    parent_team_id,
    reps.rep_id
from reps
inner join read_csv(getvariable('generic') || '/teams.csv', all_varchar = true) as teams using (team_id)
where parent_team_id is not null
union all
select
    'company',
    'company',
    rep_id
from reps;

create temp table periods as
select
    period_type,
    day,
    date_trunc(period_type, day)::date as period_start
from (select unnest(generate_series(date '2013-01-01', date '2027-12-31', interval 1 day))::date as day) as days
cross join (values ('week'), ('month'), ('quarter'), ('year')) as types (period_type);

create temp table actuals as
with daily as (
    select
        owner_id as rep_id,
        'revenue_won' as metric,
        closed_on as day,
        sum(amount) as amount
    from deals
    where stage = 'Won'
    group by all
    union all
    select
        owner_id,
        'deals_won',
        closed_on,
        count(*)
    from deals
    where stage = 'Won'
    group by all
    union all
    select
        owner_id,
        'pipeline_created',
        created_on,
        sum(amount)
    from deals
    group by all
    union all
    select
        rep_id,
        type || 's',
        occurred_on,
        count(*)
    from activities
    group by all
)

select
    segment_type,
    segment_id,
    metric,
    period_type,
    period_start,
    sum(amount) as actual_amount
from daily
inner join segments using (rep_id)
inner join periods using (day)
group by all;

create table mart_quota_attainment as
with months as (
    select
        assignee as rep_id,
        metric,
        period_start::date as day,
        target::decimal(18, 2) as target
    from read_csv(getvariable('registers') || '/quotas.csv', all_varchar = true)
),

quotas as (
    select
        segment_type,
        segment_id,
        metric,
        period_type,
        periods.period_start,
        sum(target) as quota_amount
    from months
    inner join segments using (rep_id)
    inner join periods using (day)
    where period_type != 'week'
    group by all
)

select
    *,
    actual_amount / nullif(quota_amount, 0) as attainment_ratio
from actuals
full join quotas using (segment_type, segment_id, metric, period_type, period_start);

create table mart_win_rate as
select
    segment_type,
    segment_id,
    period_type,
    period_start,
    count(*) filter (where stage = 'Won') as numerator,
    count(*) as denominator,
    numerator / denominator as rate
from deals
inner join segments on deals.owner_id = segments.rep_id
inner join periods on deals.closed_on = periods.day
group by all;

create table mart_funnel_conversion as
with reached as (
    select
        opportunity_id,
        stage_order,
        min(reached_at) over (partition by opportunity_id order by stage_order desc) as reached_at
    from moves
),

steps as (
    select
        opportunity_id,
        stage_order as from_stage,
        lead(stage_order) over (partition by opportunity_id order by stage_order) as to_stage,
        reached_at::date as day
    from reached
)

select
    segment_type,
    segment_id,
    period_type,
    period_start,
    from_stage,
    count(*) as reached_count,
    count(to_stage) as converted_count
from steps
inner join deals using (opportunity_id)
inner join segments on deals.owner_id = segments.rep_id
inner join periods using (day)
group by all;

create table mart_rep_comparison as
with measured as (
    select
        role || '/' || segment as peer_group,
        actuals.segment_id as rep_id,
        metric,
        period_type,
        period_start,
        actual_amount as value
    from actuals
    inner join reps on actuals.segment_type = 'rep' and actuals.segment_id = reps.rep_id
),

peers as (
    select
        peer_group,
        metric,
        period_type,
        period_start,
        median(value) as peer_median,
        mad(value) as deviation
    from measured
    group by all
)

select
    *,
    (value - peer_median) / nullif(1.4826 * deviation, 0) as robust_z,
    rank() over (partition by peer_group, metric, period_type, period_start order by value desc) as rank
from measured
inner join peers using (peer_group, metric, period_type, period_start);
