-- What each rep did on each business day on which anything occurred.
with

activities as (
    select
        rep_id,
        occurred_on,
        activity_type,
        duration_minutes,
        {{ seconds_between('occurred_at', 'logged_at') }} as logging_lag_seconds
    from {{ ref('int_activities_validated') }}
    where exclusion_reason is null
),

final as (
    select
        rep_id,
        occurred_on,
        count(case when activity_type = 'call' then 1 end) as call_count,
        count(case when activity_type = 'email' then 1 end) as email_count,
        count(case when activity_type = 'meeting' then 1 end) as meeting_count,
        count(case when activity_type = 'proposal' then 1 end) as proposal_count,
        count(
            case when activity_type not in ('call', 'email', 'meeting', 'proposal') or activity_type is null then 1 end
        ) as other_count,
        count(*) as activity_count,
        sum(duration_minutes) as duration_minutes,
        {{ median('cast(logging_lag_seconds as double)') }} as median_logging_lag_seconds
    from activities
    group by rep_id, occurred_on
)

select * from final
