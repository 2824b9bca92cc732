-- Each rep on each working day on which the rep was employed, since a source of the rep began to deliver activities, and every other day
-- on which anything occurred. A count is 0 where that type was recorded of the rep on the day, and null where it was not.
{% set counts = {'calls': 'call_count', 'emails': 'email_count', 'meetings': 'meeting_count', 'proposals': 'proposal_count'} %}

with

summed as (
    select * from {{ ref('int_activities_summed') }}
),

reps as (
    select * from {{ ref('int_reps_matched') }}
),

numbered_days as (
    select
        region,
        date_day,
        is_working_day
    from {{ ref('int_working_days_numbered') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

source_starts as (
    select
        activities.source,
        min(activities.occurred_on) as first_activity_on
    from {{ ref('int_activities_validated') }} as activities
    cross join as_of
    where
        activities.exclusion_reason is null
        and activities.occurred_on between as_of.earliest_plausible_on and as_of.latest_plausible_on
    group by activities.source
),

rep_starts as (
    select
        rep_sources.rep_id,
        min(source_starts.first_activity_on) as first_activity_on
    from {{ ref('int_rep_sources_listed') }} as rep_sources
    inner join source_starts on rep_sources.source = source_starts.source
    group by rep_sources.rep_id
),

days_listed as (
    select
        reps.rep_id,
        numbered_days.date_day as activity_date
    from reps
    inner join rep_starts on reps.rep_id = rep_starts.rep_id
    inner join numbered_days on coalesce(reps.region, '') = numbered_days.region
    cross join as_of
    where
        numbered_days.is_working_day
        and numbered_days.date_day between rep_starts.first_activity_on and as_of.as_of_date
        and (reps.hired_on is null or numbered_days.date_day >= reps.hired_on)
        and (reps.ended_on is null or numbered_days.date_day <= reps.ended_on)
    union
    select
        rep_id,
        occurred_on as activity_date
    from summed
),

recordings as (
    select * from {{ ref('int_metric_recordings') }}
    where assignee_type = 'rep' and metric in ('calls', 'emails', 'meetings', 'proposals')
),

days_recorded as (
    select
        {%- for metric in counts %}
        max(case when recordings.metric = '{{ metric }}' then 1 else 0 end) = 1 as has_{{ metric }},
        {%- endfor %}
        days_listed.rep_id,
        days_listed.activity_date
    from days_listed
    inner join recordings
        on
            days_listed.rep_id = recordings.assignee_id
            and days_listed.activity_date between recordings.recorded_from and recordings.recorded_to
    group by days_listed.rep_id, days_listed.activity_date
),

final as (
    select
        cast(days_listed.rep_id as varchar) as rep_id,
        days_listed.activity_date,
        coalesce(numbered_days.is_working_day, false) as is_working_day,
        {%- for metric, count in counts.items() %}
        case
            when days_recorded.has_{{ metric }} or summed.{{ count }} > 0 then coalesce(summed.{{ count }}, 0)
        end as {{ count }},
        {%- endfor %}
        {%- for count in ['other_count', 'activity_count'] %}
        case
            when days_recorded.rep_id is not null or summed.rep_id is not null then coalesce(summed.{{ count }}, 0)
        end as {{ count }},
        {%- endfor %}
        cast(case
            when summed.rep_id is not null then summed.duration_minutes
            when days_recorded.rep_id is not null then 0
        end as decimal(18, 2)) as duration_minutes,
        round(summed.median_logging_lag_seconds / 60, 12) as median_logging_lag_minutes,
        case
            when summed.rep_id is not null then false
            when days_recorded.rep_id is not null then true
        end as is_without_activity
    from days_listed
    left join summed
        on
            days_listed.rep_id = summed.rep_id
            and days_listed.activity_date = summed.occurred_on
    left join days_recorded
        on
            days_listed.rep_id = days_recorded.rep_id
            and days_listed.activity_date = days_recorded.activity_date
    left join reps on days_listed.rep_id = reps.rep_id
    left join numbered_days
        on
            coalesce(reps.region, '') = numbered_days.region
            and days_listed.activity_date = numbered_days.date_day
)

select * from final
