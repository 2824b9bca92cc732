-- Cohort view of the funnel: of the deals and leads that first reached from_stage in a period, what became of them by as_of.
with

members as (
    select * from {{ ref('int_funnel_members_followed') }}
),

segments as (
    select * from {{ ref('int_funnel_segments_expanded') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

{{ counted_over_periods('members', 'reached_on', {
    'reached': 'count(*)',
    'converted': 'count(case when members.is_converted then 1 end)',
    'open': 'count(case when members.is_still_open then 1 end)',
    'lost': 'count(case when members.is_lost then 1 end)',
    'skipped': 'count(case when members.is_skipped then 1 end)',
    'regressed': 'count(case when members.is_regressed then 1 end)',
    'reentered': 'count(case when members.is_reentered then 1 end)',
    'within_30_days': 'count(case when members.days_to_convert <= 30 then 1 end)',
    'within_60_days': 'count(case when members.days_to_convert <= 60 then 1 end)',
    'within_90_days': 'count(case when members.days_to_convert <= 90 then 1 end)',
}) }}

select * from final
