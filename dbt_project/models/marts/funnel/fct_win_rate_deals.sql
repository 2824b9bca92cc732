with

final as (
    select
        cast(definition as varchar) as definition,
        cast(opportunity_id as varchar) as opportunity_id,
        counted_on,
        is_won,
        in_numerator,
        in_denominator,
        is_denominator_unknown
    from {{ ref('int_win_rate_deals_counted') }}
)

select * from final
