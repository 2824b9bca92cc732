-- Leads by segment and the period in which they came in, their responses, and how many of them were qualified (or reached a later stage)
-- within the days that a lead is given. Leads of sources that do not record qualification cannot be qualified; of the others the period counts
-- once each of its leads has had those days, and is null before.
{% set qualification_days = var('lead_qualification_days') %}
{% set had_its_days = 'as_of.as_of_date >= ' ~ add_days('period_dates.period_end', qualification_days) %}

with

leads as (
    select * from {{ ref('fct_leads') }}
),

lead_segments as (
    select * from {{ ref('fct_segment_subjects') }}
    where subject_type = 'lead' and segment_type in ('company', 'team', 'rep')
),

entries as (
    select * from {{ ref('int_stage_entries') }}
    where subject_type = 'lead'
),

qualified as (
    select
        subject_id as lead_id,
        min(entered_on) as qualified_on
    from entries
    where stage in ('qualified', 'opportunity', 'won')
    group by subject_id
),

qualifying_sources as (
    select distinct source from entries
    where stage = 'qualified'
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
        round({{ percentile_90('cast(leads.response_business_minutes as double)') }}, 12) as p90_response_business_minutes,
        case when {{ had_its_days }} then count(qualifying_sources.source) end as qualifiable_count,
        case
            when {{ had_its_days }}
                then count(case
                    when {{ days_between('leads.created_on', 'qualified.qualified_on') }} <= {{ qualification_days }}
                        then qualifying_sources.source
                end)
        end as qualified_count
    from leads
    inner join lead_segments on leads.lead_id = lead_segments.subject_id
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on leads.created_on = period_dates.date_day
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join qualified on leads.lead_id = qualified.lead_id
    left join qualifying_sources on leads.source = qualifying_sources.source
    group by
        lead_segments.segment_type, lead_segments.segment_id, period_dates.period_type, period_dates.period_start,
        period_dates.period_end, as_of.as_of_date
)

select * from final
