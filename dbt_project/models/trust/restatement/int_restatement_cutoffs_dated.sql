-- The days 0, 7 and 30 days after the end of each closed period, and the newest extract until then of each object of each source that had
-- reached the period. Without one the source had reported nothing.

with

periods as (
    select * from {{ ref('int_periods_in_use') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

extract_days as (
    select * from {{ ref('int_extract_days_listed') }}
),

waits as (
    {{ waits_after_period_end() }}
),

cutoffs as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        waits.days_after,
        {{ add_days('periods.period_end', 'waits.days_after') }} as cutoff_on
    from periods
    cross join waits
),

final as (
    select
        extract_days.object,
        extract_days.source,
        cutoffs.period_type,
        cutoffs.period_start,
        cutoffs.period_end,
        cutoffs.days_after,
        cutoffs.cutoff_on,
        max(extract_days.extracted_on) as said_on
    from cutoffs
    cross join as_of
    inner join extract_days on extract_days.extracted_on between cutoffs.period_start and cutoffs.cutoff_on
    where cutoffs.cutoff_on <= as_of.as_of_date
    group by
        extract_days.object,
        extract_days.source,
        cutoffs.period_type,
        cutoffs.period_start,
        cutoffs.period_end,
        cutoffs.days_after,
        cutoffs.cutoff_on
)

select * from final
