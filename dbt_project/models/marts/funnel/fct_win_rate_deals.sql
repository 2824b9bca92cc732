-- Each deal under each definition of the win rate that counts it. A closed deal counts by its close date; a deal without the date that the
-- definition goes by is in no period.
with

deals as (
    select * from {{ ref('fct_opportunities') }}
),

definitions as (
    select * from {{ ref('win_rate_definitions') }}
),

dated as (
    select
        definitions.definition,
        definitions.unit,
        deals.opportunity_id,
        deals.is_won,
        deals.amount,
        deals.amount_reporting,
        case
            when definitions.period_by = 'created_on' then deals.created_on
            when definitions.period_by = 'closed_on' and deals.is_closed then deals.closed_on
        end as counted_on,
        case
            when definitions.won_within_days is null then deals.is_won
            else deals.is_won and {{ days_between('deals.created_on', 'deals.closed_on') }} <= definitions.won_within_days
        end as is_in_numerator
    from deals
    cross join definitions
),

final as (
    select
        definition,
        opportunity_id,
        counted_on,
        is_won,
        cast(
            case when not coalesce(is_in_numerator, false) then 0 when unit = 'amount' then amount_reporting else 1 end
            as decimal(18, 2)
        ) as in_numerator,
        cast(case when unit = 'amount' then amount_reporting else 1 end as decimal(18, 2)) as in_denominator,
        -- a lost deal with an amount but without an exchange rate is left out, as such a win is
        unit = 'amount' and not is_won and amount is null as is_denominator_unknown
    from dated
    where counted_on is not null
)

select * from final
