-- Whole fiscal years, and whole weeks, around every date that a deal, a lead, an activity or a quota carries. Dates that
-- cannot be true are left out (their rows stand in the exclusion ledger), so that one typing error does not make a
-- calendar of centuries.
with

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

dates_in_use as (
    select created_on as date_in_use from {{ ref('fct_opportunities') }}
    union all
    select closed_on as date_in_use from {{ ref('fct_opportunities') }}
    union all
    select changed_on as date_in_use from {{ ref('fct_stage_events') }}
    union all
    select occurred_on as date_in_use from {{ ref('int_activities_judged') }}
    union all
    select created_on as date_in_use from {{ ref('int_leads_validated') }}
    union all
    select qualified_on as date_in_use from {{ ref('int_leads_validated') }}
    union all
    select period_start as date_in_use from {{ ref('int_quotas_resolved') }}
    union all
    select period_end as date_in_use from {{ ref('int_quotas_resolved') }}
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

fiscal_years as (
    select
        {{ fiscal_period_start('year', 'first_date') }} as first_date,
        {{ add_days(add_months(fiscal_period_start('year', 'last_date'), 12), -1) }} as last_date
    from bounds
),

-- the weeks that the first and last day of the fiscal years cut are made whole
dates as (
    select
        {{ each_day(fiscal_period_start('week', 'first_date'), add_days(fiscal_period_start('week', 'last_date'), 6)) }}
            as date_day
    from fiscal_years
),

final as (
    select
        dates.date_day,
        {{ iso_weekday('dates.date_day') }} as iso_weekday,
        {{ fiscal_period_start('week', 'dates.date_day') }} as week_start,
        {{ fiscal_period_start('month', 'dates.date_day') }} as month_start,
        {{ fiscal_period_start('quarter', 'dates.date_day') }} as quarter_start,
        {{ fiscal_period_start('year', 'dates.date_day') }} as year_start,
        dates.date_day between fiscal_years.first_date and fiscal_years.last_date as is_in_whole_year
    from dates
    cross join fiscal_years
)

select * from final
