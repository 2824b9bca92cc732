-- Amounts in the reporting currency, to the cent, half away from zero: at the rate of the close month, for open deals at
-- the rate of the month of as_of. No rate: null.
with

opportunities as (
    select * from {{ ref('int_opportunities_resolved') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_monthly') }}
),

final as (
    select
        opportunities.*,
        {{ in_reporting_currency('opportunities.amount', 'exchange_rates.rate_to_reporting') }} as amount_reporting
    from opportunities
    cross join as_of
    left join exchange_rates
        on
            opportunities.currency = exchange_rates.currency
            and cast(date_trunc('month', coalesce(
                opportunities.closed_on,
                case when not opportunities.is_closed then as_of.as_of_date end
            )) as date) = exchange_rates.rate_month
)

select * from final
