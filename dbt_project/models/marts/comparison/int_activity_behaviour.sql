-- How each rep worked in a quarter or year: the share of each activity type among the activities of the days on which that type was
-- recorded, and the activities per closed deal.
with

activity_types as (
    select * from {{ ref('activity_types') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
    where period_type in ('quarter', 'year')
),

counted as (
    select
        rep_id,
        occurred_on,
        activity_type,
        count(*) as activity_count
    from {{ ref('fct_activities') }}
    group by rep_id, occurred_on, activity_type
),

daily as (
    select
        rep_id,
        occurred_on,
        sum(activity_count) as activity_count
    from counted
    group by rep_id, occurred_on
),

recorded as (
    select distinct
        daily.rep_id,
        daily.occurred_on,
        activity_types.activity_type
    from daily
    inner join {{ ref('int_metric_recordings') }} as recordings
        on
            recordings.assignee_type = 'rep'
            and daily.rep_id = recordings.assignee_id
            and daily.occurred_on between recordings.recorded_from and recordings.recorded_to
    inner join activity_types using (metric)
    union
    select
        rep_id,
        occurred_on,
        activity_type
    from counted
),

shares as (
    select
        daily.rep_id,
        period_dates.period_type,
        period_dates.period_start,
        recorded.activity_type || '_share' as behaviour_metric,
        cast(sum(coalesce(counted.activity_count, 0)) as double) / cast(sum(daily.activity_count) as double) as value
    from recorded
    inner join activity_types using (activity_type)
    inner join daily using (rep_id, occurred_on)
    left join counted using (rep_id, occurred_on, activity_type)
    inner join period_dates on daily.occurred_on = period_dates.date_day
    group by daily.rep_id, period_dates.period_type, period_dates.period_start, recorded.activity_type
),

final as (
    select * from shares
    union all
    select
        segment_id as rep_id,
        period_type,
        period_start,
        'activities_per_deal' as behaviour_metric,
        cast(activity_count as double) / cast(trackable_count as double) as value
    from {{ ref('int_closed_deals') }}
    where segment_type = 'rep' and period_type in ('quarter', 'year') and trackable_count > 0
)

select * from final
