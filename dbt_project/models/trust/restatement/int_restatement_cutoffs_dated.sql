-- The days 0, 7 and 30 days after the end of each closed period, and the newest extract until then of each object of each source that had
-- reached the period. A day until which no extract had reached the period has one row, without object and source.
with

ledger as (
    select
        *,
        {{ business_date('extracted_at') }} as extracted_on
    from {{ source('raw', 'load_ledger') }}
),

files_read as (
    select
        'opportunity' as object,
        source,
        source_file
    from {{ ref('int_opportunity_history_validated') }}
    where known_to is null
    union
    select
        'opportunity_line' as object,
        source,
        source_file
    from {{ ref('int_opportunity_parts') }}
    where part = 'line' and known_to is null
    union
    select
        'lead' as object,
        source,
        source_file
    from {{ ref('int_lead_history') }}
    where known_to is null
    union
    select
        'activity' as object,
        source,
        source_file
    from {{ ref('int_activity_history') }}
    where known_to is null
),

-- what a source calls an object follows from the files of its current rows
objects_delivered as (
    select distinct
        files_read.object,
        ledger.source,
        ledger.object as delivered_object
    from files_read
    inner join ledger using (source, source_file)
),

extract_days as (
    select distinct
        objects_delivered.object,
        ledger.source,
        ledger.extracted_on
    from objects_delivered
    inner join ledger
        on objects_delivered.source = ledger.source and objects_delivered.delivered_object = ledger.object
),

cutoffs as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        waits.days_after,
        {{ add_days('periods.period_end', 'waits.days_after') }} as cutoff_on
    from {{ ref('int_periods_in_use') }} as periods
    cross join (values (0), (7), (30)) as waits (days_after)
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
        max(extract_days.extracted_on) as reported_on
    from cutoffs
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join extract_days on extract_days.extracted_on between cutoffs.period_start and cutoffs.cutoff_on
    where cutoffs.cutoff_on <= as_of.as_of_date
    group by
        extract_days.object, extract_days.source, cutoffs.period_type, cutoffs.period_start, cutoffs.period_end,
        cutoffs.days_after, cutoffs.cutoff_on
)

select * from final
