-- noqa: disable=LT05
-- Each rep on each working day of employment since one of the rep's sources began to deliver activities, and on every other day on which
-- anything occurred. A count is 0 where its type was recorded for the rep on the day, and null where it was not. The contract decides
-- which types have a column; all others are in other_count.
{% set types = types_with_a_column() %}

with

reps as (
    {{ employed_reps() }}
),

numbered_days as (
    select * from {{ ref('int_working_days') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

activities as (
    select
        *,
        {{ seconds_between('occurred_at', 'logged_at') }} as logging_lag_seconds
    from {{ ref('fct_activities') }}
),

summed as (
    select
        rep_id,
        occurred_on as activity_date,
        {%- for type in types %}
        count(case when activity_type = '{{ type }}' then 1 end) as {{ type }}_count,
        {%- endfor %}
        count(
            case when coalesce(activity_type, '') not in ('{{ types | join("', '") }}') then 1 end
        ) as other_count,
        count(*) as activity_count,
        sum(duration_minutes) as duration_minutes,
        {{ median('cast(logging_lag_seconds as double)') }} as median_logging_lag_seconds
    from activities
    group by rep_id, occurred_on
),

source_starts as (
    select
        activities.source,
        min(activities.occurred_on) as first_activity_on
    from activities
    group by activities.source
),

rep_starts as (
    select
        rep_sources.canonical_id as rep_id,
        min(source_starts.first_activity_on) as first_activity_on
    from {{ ref('int_source_records_matched') }} as rep_sources
    inner join source_starts on rep_sources.source = source_starts.source
    where rep_sources.entity = 'rep'
    group by rep_sources.canonical_id
),

spine as (
    select
        reps.rep_id,
        numbered_days.date_day as activity_date
    from reps
    inner join rep_starts on reps.rep_id = rep_starts.rep_id
    inner join numbered_days on coalesce(reps.holiday_region, '') = numbered_days.region
    cross join as_of
    where
        numbered_days.is_working_day
        and numbered_days.date_day between rep_starts.first_activity_on and as_of.as_of_date
        and (reps.hired_on is null or numbered_days.date_day >= reps.hired_on)
        and (reps.employed_to is null or numbered_days.date_day <= reps.employed_to)
    union
    select
        rep_id,
        activity_date
    from summed
),

recordings as (
    select
        recordings.*,
        activity_types.activity_type
    from {{ ref('int_metric_recordings') }} as recordings
    inner join {{ ref('activity_types') }} as activity_types on recordings.metric = activity_types.metric
    where recordings.assignee_type = 'rep'
),

days_recorded as (
    select
        {%- for type in types %}
        bool_or(recordings.activity_type = '{{ type }}') as has_{{ type }},
        {%- endfor %}
        spine.rep_id,
        spine.activity_date
    from spine
    inner join recordings
        on
            spine.rep_id = recordings.assignee_id
            and spine.activity_date between recordings.recorded_from and recordings.recorded_to
    group by spine.rep_id, spine.activity_date
),

final as (
    select
        cast(spine.rep_id as varchar) as rep_id,
        spine.activity_date,
        coalesce(numbered_days.is_working_day, false) as is_working_day,
        {%- for type in types %}
        case
            when days_recorded.has_{{ type }} or summed.{{ type }}_count > 0 then coalesce(summed.{{ type }}_count, 0)
        end as {{ type }}_count,
        {%- endfor %}
        case
            when days_recorded.rep_id is not null or summed.rep_id is not null then coalesce(summed.other_count, 0)
        end as other_count,
        case
            when days_recorded.rep_id is not null or summed.rep_id is not null then coalesce(summed.activity_count, 0)
        end as activity_count,
        case
            when summed.rep_id is not null then {{ with_cents('summed.duration_minutes') }}
            when days_recorded.rep_id is not null then 0
        end as duration_minutes,
        round(summed.median_logging_lag_seconds / 60, 12) as median_logging_lag_minutes,
        case
            when summed.rep_id is not null then false
            when days_recorded.rep_id is not null then true
        end as is_without_activity
    from spine
    left join summed on spine.rep_id = summed.rep_id and spine.activity_date = summed.activity_date
    left join days_recorded on spine.rep_id = days_recorded.rep_id and spine.activity_date = days_recorded.activity_date
    left join reps on spine.rep_id = reps.rep_id
    left join numbered_days
        on coalesce(reps.holiday_region, '') = numbered_days.region and spine.activity_date = numbered_days.date_day
)

select * from final
