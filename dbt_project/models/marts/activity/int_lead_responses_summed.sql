-- Leads and their responses, by segment and the period in which the leads came in.
with

leads as (
    select * from {{ ref('fct_leads') }}
),

lead_segments as (
    select * from {{ ref('fct_segment_subjects') }}
    where subject_type = 'lead' and segment_type in ('company', 'team', 'rep')
),

final as (
    select
        lead_segments.segment_type,
        lead_segments.segment_id,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        count(*) as lead_count,
        count(case when leads.is_contact_recorded then 1 end) as recorded_count,
        count(leads.response_minutes) as contacted_count,
        count(case when leads.response_minutes <= 5 then 1 end) as within_5_minutes_count,
        count(case when leads.response_minutes <= 60 then 1 end) as within_1_hour_count,
        count(case when leads.response_minutes <= 1440 then 1 end) as within_24_hours_count,
        round({{ median('cast(leads.response_minutes as double)') }}, 12) as median_response_minutes,
        round({{ percentile_90('cast(leads.response_minutes as double)') }}, 12) as p90_response_minutes,
        round({{ median('cast(leads.response_business_minutes as double)') }}, 12) as median_response_business_minutes,
        round({{ percentile_90('cast(leads.response_business_minutes as double)') }}, 12) as p90_response_business_minutes
    from leads
    inner join lead_segments on leads.lead_id = lead_segments.subject_id
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on leads.created_on = period_dates.date_day
    group by
        lead_segments.segment_type, lead_segments.segment_id, period_dates.period_type, period_dates.period_start,
        period_dates.period_end
)

select * from final
