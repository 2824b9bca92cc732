-- Leads by the period of their creation, and how many of them were qualified (or reached a later stage) within the days that a lead is given,
-- once every lead of the period has had those days. Sources that do not record qualification are left out.
{% set qualification_days = var('lead_qualification_days') %}

with

entries as (
    select * from {{ ref('int_stage_entries') }}
    where subject_type = 'lead'
),

segments as (
    select * from {{ ref('fct_segment_subjects') }}
    where subject_type = 'lead' and segment_type in ('company', 'team', 'rep')
),

recorded_sources as (
    select distinct source from entries
    where stage = 'qualified'
),

leads as (
    select
        entries.subject_id,
        min(entries.entered_on) as created_on,
        min(case when entries.stage in ('qualified', 'opportunity', 'won') then entries.entered_on end) as qualified_on
    from entries
    inner join recorded_sources using (source)
    group by entries.subject_id
),

final as (
    select
        segments.segment_type,
        segments.segment_id,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        count(*) as lead_count,
        count(case
            when {{ days_between('leads.created_on', 'leads.qualified_on') }} <= {{ qualification_days }} then 1
        end) as qualified_count
    from leads
    inner join segments using (subject_id)
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on leads.created_on = period_dates.date_day
    cross join {{ ref('int_as_of_determined') }} as as_of
    where as_of.as_of_date >= {{ add_days('period_dates.period_end', qualification_days) }}
    group by
        segments.segment_type, segments.segment_id, period_dates.period_type, period_dates.period_start, period_dates.period_end
)

select * from final
