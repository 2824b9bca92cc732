-- One rate per month and currency. The reporting currency's own rate is 1, whatever the register says.
with

ranked as (
    select
        cast(date_trunc('month', rate_month) as date) as rate_month,
        currency,
        rate_to_reporting,
        row_number() over (
            partition by date_trunc('month', rate_month), currency order by rate_month asc, row_hash desc
        ) as position_in_month
    from {{ ref('stg_registers__exchange_rates') }}
    where
        is_current
        and currency <> '{{ var("reporting_currency") }}'
        and rate_to_reporting > 0
        and rate_month is not null
),

final as (
    select
        rate_month,
        currency,
        rate_to_reporting
    from ranked
    where position_in_month = 1
    union all
    select distinct
        cast(date_trunc('month', date_day) as date) as rate_month,
        '{{ var("reporting_currency") }}' as currency,
        cast(1 as decimal(20, 12)) as rate_to_reporting
    from {{ ref('int_period_dates_expanded') }}
)

select * from final
