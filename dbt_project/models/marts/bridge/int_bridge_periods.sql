-- The overlap of each bridged change: the period of each type in which it takes effect, and the periods before and after, if they have begun.
with

breaks as (
    select * from {{ ref('collection_break') }}
    where bridge_rule is not null and review is distinct from 'dismissed'
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

periods as (
    select
        *,
        row_number() over (partition by period_type order by period_start) as position_of_period
    from {{ ref('int_periods_in_use') }}
),

final as (
    select
        breaks.break_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        case periods.position_of_period - within_periods.position_of_period
            when -1 then 'before'
            when 0 then 'within'
            else 'after'
        end as overlap
    from breaks
    inner join periods as within_periods
        on breaks.starts_on between within_periods.period_start and within_periods.period_end
    inner join periods
        on
            within_periods.period_type = periods.period_type
            and periods.position_of_period between within_periods.position_of_period - 1
            and within_periods.position_of_period + 1
    cross join as_of
    where periods.period_start <= as_of.as_of_date
)

select * from final
