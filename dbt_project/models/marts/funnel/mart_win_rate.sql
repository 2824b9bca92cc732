with

deals as (
    select * from {{ ref('fct_win_rate_deals') }}
),

deal_segments as (
    {{ segments_of_deals() }}
),

definitions as (
    select * from {{ ref('win_rate_definitions') }}
),

counted as (
    select
        deals.definition,
        deal_segments.segment_type,
        deal_segments.segment_id,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        count(case when deals.is_won then 1 end) as won_count,
        count(case when deals.is_won then deals.in_numerator end) as known_won_count,
        count(case when deals.is_denominator_unknown then 1 end) as unknown_denominator_count,
        min(deals.in_denominator) as smallest_in_denominator,
        sum(deals.in_numerator) as in_numerator,
        sum(deals.in_denominator) as in_denominator
    from deals
    inner join deal_segments using (opportunity_id)
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on deals.counted_on = period_dates.date_day
    group by
        deals.definition, deal_segments.segment_type, deal_segments.segment_id, period_dates.period_type,
        period_dates.period_start, period_dates.period_end
),

-- every definition has a row where one of them counts a deal
counted_periods as (
    select distinct
        segment_type,
        segment_id,
        period_type,
        period_start,
        period_end
    from counted
),

measured as (
    select
        counted_periods.segment_type,
        counted_periods.segment_id,
        counted_periods.period_type,
        counted_periods.period_start,
        counted_periods.period_end,
        definitions.definition,
        definitions.unit,
        case
            when
                definitions.won_within_days is null
                or as_of.as_of_date >= {{ add_days('counted_periods.period_end', 'definitions.won_within_days') }}
                -- wins without a known amount are not wins of 0
                then case
                    when counted.known_won_count > 0 or coalesce(counted.won_count, 0) = 0
                        then coalesce(counted.in_numerator, {{ none_or_unknown('counted_periods') }})
                end
        end as numerator,
        case
            when counted.definition is null then {{ none_or_unknown('counted_periods') }}
            when counted.unknown_denominator_count = 0 then counted.in_denominator
        end as denominator,
        -- with an amount below 0 the share is not defined
        coalesce(counted.smallest_in_denominator >= 0, true) as can_be_divided
    from counted_periods
    cross join definitions
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join counted using (definition, segment_type, segment_id, period_type, period_start)
    {{ join_collection(
        'counted_periods', 'counted_periods.segment_type', 'counted_periods.segment_id',
        win_rate_metric('definitions.definition')
    ) }}
),

figures as (
    select
        measured.segment_type,
        measured.segment_id,
        segments.segment_name,
        segments.is_leaf_team,
        measured.definition,
        measured.period_type,
        measured.period_start,
        measured.period_end,
        {{ with_cents('measured.numerator') }} as numerator,
        {{ with_cents('measured.denominator') }} as denominator,
        case when measured.can_be_divided then cast(measured.numerator as double) end
        / nullif(cast(measured.denominator as double), 0) as rate,
        case
            when measured.unit = 'deals' and measured.numerator is not null
                then {{ wilson_bound('measured.numerator', 'measured.denominator', '-') }}
        end as rate_low,
        case
            when measured.unit = 'deals' and measured.numerator is not null
                then {{ wilson_bound('measured.numerator', 'measured.denominator', '+') }}
        end as rate_high
    from measured
    inner join {{ ref('int_segments_listed') }} as segments using (segment_type, segment_id)
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id', win_rate_metric('figures.definition'),
        value='coalesce(figures.numerator, figures.denominator)',
        change_of='rate', keys='figures.segment_type, figures.segment_id, figures.definition'
    ) }}
)

select * from final
