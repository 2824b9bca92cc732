-- Rows of the register fiscal_periods that end before they start, overlap the row before or leave days out, and an end before as_of.
with

periods as (
    select
        *,
        lag(ends_on) over (order by starts_on, ends_on) as previous_ends_on
    from {{ ref('stg_registers__fiscal_periods') }}
    where is_current
),

findings as (
    select
        source_file || ', line ' || cast(source_row as varchar) || ': the period begins on ' || cast(starts_on as varchar)
        || case
            when ends_on < starts_on then ' and ends before'
            else ', and the one before it ends on ' || cast(previous_ends_on as varchar)
        end as message
    from periods
    where ends_on < starts_on or starts_on <> {{ add_days('previous_ends_on', 1) }}
    union all
    select
        max(periods.source_file) || ': the last period ends on ' || cast(max(periods.ends_on) as varchar) || ', before '
        || cast(as_of.as_of_date as varchar) || ', the day of the newest extract' as message
    from periods
    cross join {{ ref('int_as_of_determined') }} as as_of
    group by as_of.as_of_date
    having max(periods.ends_on) < as_of.as_of_date
)

select * from findings
