-- The periods of the fiscal years around every date that a deal, a lead, an activity or a quota carries. Dates that are not plausible are
-- left out (their rows are in the exclusion ledger), so that one typing error does not add centuries of empty periods.
with

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

periods as (
    select * from {{ ref('int_period_dates_expanded') }}
    where date_day = period_start
),

dates_in_use as (
    select created_on as date_in_use from {{ ref('fct_opportunities') }}
    union all
    select closed_on as date_in_use from {{ ref('fct_opportunities') }}
    union all
    select changed_on as date_in_use from {{ ref('fct_stage_events') }}
    union all
    select occurred_on as date_in_use from {{ ref('int_activity_history') }}
    where known_to is null
    union all
    select created_on as date_in_use from {{ ref('int_lead_history') }}
    where known_to is null
    union all
    select qualified_on as date_in_use from {{ ref('int_lead_history') }}
    where known_to is null
    union all
    select period_start as date_in_use from {{ ref('int_quotas_validated') }}
    union all
    select period_end as date_in_use from {{ ref('int_quotas_validated') }}
    union all
    select as_of_date as date_in_use from as_of
),

bounds as (
    select
        min(dates_in_use.date_in_use) as first_date,
        max(dates_in_use.date_in_use) as last_date
    from dates_in_use
    cross join as_of
    where
        dates_in_use.date_in_use >= as_of.earliest_plausible_on
        and dates_in_use.date_in_use <= as_of.latest_plausible_on
),

-- a date outside of the register fiscal_periods is in a week only
fiscal_years as (
    select
        least(min(bounds.first_date), min(periods.period_start)) as first_date,
        greatest(min(bounds.last_date), max(periods.period_end)) as last_date
    from bounds
    left join periods
        on
            periods.period_type = 'year'
            and bounds.first_date <= periods.period_end
            and bounds.last_date >= periods.period_start
),

final as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.period_number,
        periods.is_complete
    from periods
    inner join fiscal_years
        on periods.period_end >= fiscal_years.first_date and periods.period_start <= fiscal_years.last_date
)

select * from final
