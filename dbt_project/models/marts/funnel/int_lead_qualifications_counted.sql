-- Leads that came in and how many of them were qualified (or got further) within the days that a lead is given, for each segment
-- and period of which every lead has had its days. Sources that do not record qualification are left out.
{% set qualification_days = var('lead_qualification_days') %}

with

reached as (
    select * from {{ ref('int_stages_reached') }}
    where subject_type = 'lead'
),

sources_recorded as (
    select source from {{ ref('int_lead_stages_listed') }}
    where stage = 'qualified'
),

segments as (
    select * from {{ ref('int_lead_segments_expanded') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

leads as (
    select
        created.subject_id as lead_id,
        created.reached_on as created_on,
        case
            when {{ days_between('created.reached_on', 'qualified.reached_on') }} <= {{ qualification_days }} then 1
            else 0
        end as qualified
    from reached as created
    inner join sources_recorded on created.track = sources_recorded.source
    left join reached as qualified
        on
            created.subject_id = qualified.subject_id
            and qualified.stage = 'qualified'
    where created.stage = 'created'
),

final as (
    select
        segments.segment_type,
        segments.segment_id,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        count(*) as lead_count,
        cast(sum(leads.qualified) as bigint) as qualified_count
    from leads
    inner join segments on leads.lead_id = segments.lead_id
    inner join period_dates on leads.created_on = period_dates.date_day
    cross join as_of
    where as_of.as_of_date >= {{ add_days('period_dates.period_end', qualification_days) }}
    group by
        segments.segment_type,
        segments.segment_id,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end
)

select * from final
