with

deals as (
    select * from {{ ref('int_opportunities_valued') }}
),

deal_segments as (
    select * from {{ ref('int_opportunity_segments_expanded') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

closed as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        period_dates.period_type,
        period_dates.period_start,
        count(case when deals.is_won then 1 end) as won_count,
        count(*) as closed_count,
        sum(case when deals.is_won then deals.amount_reporting end) as won_amount,
        sum(deals.amount_reporting) as closed_amount,
        count(case when not deals.is_won and deals.amount is null then 1 end) as unknown_lost_amounts
    from deals
    inner join deal_segments on deals.opportunity_id = deal_segments.opportunity_id
    inner join period_dates on deals.closed_on = period_dates.date_day
    where deals.is_closed
    group by
        deal_segments.segment_type, deal_segments.segment_id, period_dates.period_type, period_dates.period_start
),

created as (
    select
        deal_segments.segment_type,
        deal_segments.segment_id,
        period_dates.period_type,
        period_dates.period_start,
        count(case when deals.is_won then 1 end) as won_count,
        count(case
            when deals.is_won and {{ days_between('deals.created_on', 'deals.closed_on') }} <= 90 then 1
        end) as won_within_90_days_count,
        count(*) as created_count
    from deals
    inner join deal_segments on deals.opportunity_id = deal_segments.opportunity_id
    inner join period_dates on deals.created_on = period_dates.date_day
    group by
        deal_segments.segment_type, deal_segments.segment_id, period_dates.period_type, period_dates.period_start
),

counted_periods as (
    select
        segment_type,
        segment_id,
        period_type,
        period_start
    from closed
    union
    select
        segment_type,
        segment_id,
        period_type,
        period_start
    from created
),

measured as (
    select
        counted_periods.segment_type,
        counted_periods.segment_id,
        counted_periods.period_type,
        counted_periods.period_start,
        periods.period_end,
        coalesce(closed.won_count, 0) as won_count,
        coalesce(closed.closed_count, 0) as closed_count,
        -- wins of which no amount is known are not wins of 0
        case when closed.won_count > 0 then closed.won_amount else 0 end as won_amount,
        case
            when closed.closed_count > 0
                then case when closed.unknown_lost_amounts = 0 then closed.closed_amount end
            else 0
        end as closed_amount,
        coalesce(created.won_count, 0) as created_won_count,
        coalesce(created.created_count, 0) as created_count,
        case
            when as_of.as_of_date >= {{ add_days('periods.period_end', 90) }}
                then coalesce(created.won_within_90_days_count, 0)
        end as won_within_90_days_count
    from counted_periods
    cross join as_of
    inner join {{ ref('int_periods_generated') }} as periods
        on
            counted_periods.period_type = periods.period_type
            and counted_periods.period_start = periods.period_start
    left join closed
        on
            counted_periods.segment_type = closed.segment_type
            and counted_periods.segment_id = closed.segment_id
            and counted_periods.period_type = closed.period_type
            and counted_periods.period_start = closed.period_start
    left join created
        on
            counted_periods.segment_type = created.segment_type
            and counted_periods.segment_id = created.segment_id
            and counted_periods.period_type = created.period_type
            and counted_periods.period_start = created.period_start
),

definitions as (
    select
        segment_type,
        segment_id,
        period_type,
        period_start,
        period_end,
        'won_of_closed_count' as definition,
        true as is_count,
        won_count as numerator,
        closed_count as denominator
    from measured
    union all
    select
        segment_type,
        segment_id,
        period_type,
        period_start,
        period_end,
        'won_of_closed_amount' as definition,
        false as is_count,
        won_amount as numerator,
        closed_amount as denominator
    from measured
    union all
    select
        segment_type,
        segment_id,
        period_type,
        period_start,
        period_end,
        'won_of_created_count' as definition,
        true as is_count,
        created_won_count as numerator,
        created_count as denominator
    from measured
    union all
    select
        segment_type,
        segment_id,
        period_type,
        period_start,
        period_end,
        'won_within_90_days_of_created' as definition,
        true as is_count,
        won_within_90_days_count as numerator,
        created_count as denominator
    from measured
),

final as (
    select
        cast(definitions.segment_type as varchar) as segment_type,
        cast(definitions.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        cast(definitions.definition as varchar) as definition,
        cast(definitions.period_type as varchar) as period_type,
        definitions.period_start,
        definitions.period_end,
        cast(definitions.numerator as decimal(18, 2)) as numerator,
        cast(definitions.denominator as decimal(18, 2)) as denominator,
        cast(definitions.numerator as double) / nullif(cast(definitions.denominator as double), 0) as rate,
        case
            when definitions.is_count and definitions.numerator is not null
                then {{ wilson_bound('definitions.numerator', 'definitions.denominator', '-') }}
        end as rate_low,
        case
            when definitions.is_count and definitions.numerator is not null
                then {{ wilson_bound('definitions.numerator', 'definitions.denominator', '+') }}
        end as rate_high,
        {{ comparability_columns() }}
    from definitions
    inner join segments
        on
            definitions.segment_type = segments.segment_type
            and definitions.segment_id = segments.segment_id
)

select * from final
