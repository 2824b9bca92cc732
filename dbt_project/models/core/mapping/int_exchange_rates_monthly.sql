-- One rate per month and currency. The reporting currency's own rate is 1, whatever the register says.
with

final as (
    select
        cast(date_trunc('month', rate_month) as date) as rate_month,
        currency,
        min(rate_to_reporting) as rate_to_reporting
    from {{ ref('stg_registers__exchange_rates') }}
    where
        is_current
        and currency <> '{{ var("reporting_currency") }}'
        and rate_to_reporting > 0
        and rate_month is not null
    group by date_trunc('month', rate_month), currency
    union all
    select distinct
        cast(date_trunc('month', date_day) as date) as rate_month,
        '{{ var("reporting_currency") }}' as currency,
        cast(1 as decimal(20, 12)) as rate_to_reporting
    from {{ ref('int_period_dates_expanded') }}
)

select * from final
