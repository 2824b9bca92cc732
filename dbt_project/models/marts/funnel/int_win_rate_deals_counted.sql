-- What each definition of the win rate counts: the day that places a deal in a period, and what it adds to numerator and denominator.
with

deals as (
    select * from {{ ref('fct_opportunities') }}
),

closed as (
    select * from deals
    where is_closed and closed_on is not null
),

created as (
    select * from deals
    where created_on is not null
),

counted as (
    select
        'won_of_closed_count' as definition,
        opportunity_id,
        closed_on as counted_on,
        is_won,
        case when is_won then 1 else 0 end as in_numerator,
        1 as in_denominator,
        false as is_denominator_unknown
    from closed
    union all
    select
        'won_of_closed_amount' as definition,
        opportunity_id,
        closed_on as counted_on,
        is_won,
        case when is_won then amount_reporting else 0 end as in_numerator,
        amount_reporting as in_denominator,
        -- a loss that lacks a rate alone is left out, as a win is
        not is_won and amount is null as is_denominator_unknown
    from closed
    union all
    select
        'won_of_created_count' as definition,
        opportunity_id,
        created_on as counted_on,
        is_won,
        case when is_won then 1 else 0 end as in_numerator,
        1 as in_denominator,
        false as is_denominator_unknown
    from created
    union all
    select
        'won_within_90_days_of_created' as definition,
        opportunity_id,
        created_on as counted_on,
        is_won,
        case when is_won and {{ days_between('created_on', 'closed_on') }} <= 90 then 1 else 0 end as in_numerator,
        1 as in_denominator,
        false as is_denominator_unknown
    from created
),

final as (
    select
        definition,
        opportunity_id,
        counted_on,
        is_won,
        cast(in_numerator as decimal(18, 2)) as in_numerator,
        cast(in_denominator as decimal(18, 2)) as in_denominator,
        is_denominator_unknown
    from counted
)

select * from final
