-- Each total that was read off a CRM's report, with Kuota's period for it: the fiscal period of the type that shares most days with the report's.
-- `reason` says why it cannot be tied out. How old the newest extract was, and how many rows of the object it could not read, show where to
-- look first.
{% set columns %}
    source_key, source, metric, object, is_money, has_period, period_type, period_start, period_end, scope_type, scope, scope_id, read_on,
    read_by, definition, time_zone, report_rate, crm_amount
{% endset %}

with

totals as (
    select {{ columns }}
    from {{ ref('int_crm_totals_validated') }}
    where exclusion_reason is null
),

periods as (
    select
        totals.source_key,
        periods.period_start,
        periods.period_end,
        row_number() over (
            partition by totals.source_key
            order by
                {{ days_between(
                    'greatest(totals.period_start, periods.period_start)', 'least(totals.period_end, periods.period_end)'
                ) }} desc,
                periods.period_start asc
        ) as position_by_days
    from totals
    inner join {{ ref('int_period_dates_expanded') }} as periods
        on
            totals.period_type = periods.period_type
            and periods.date_day = periods.period_start
            and totals.period_end >= periods.period_start
            and totals.period_start <= periods.period_end
),

ledger as (
    select
        source,
        object,
        source_file,
        is_full,
        extracted_at,
        {{ business_date('extracted_at') }} as extracted_on
    from {{ source('raw', 'load_ledger') }}
    where
        source in (select totals.source from totals)
        and not coalesce(is_held_back, false)
),

-- a CRM may keep its activities in several objects: those of the files in which there are any
activity_files as (
    select distinct
        activities.source,
        activities.source_file
    from totals
    inner join {{ ref('int_activity_history') }} as activities
        on totals.object = 'activity' and totals.source = activities.source
),

extracts as (
    select
        ledger.*,
        case when activity_files.source_file is not null then 'activity' else ledger.object end as canonical_object
    from ledger
    left join activity_files using (source, source_file)
),

-- by object of the source, and by the source as a whole
newest as (
    select
        totals.source_key,
        max(case when totals.object = extracts.canonical_object then extracts.extracted_on end) as object_extracted_on,
        max(extracts.extracted_on) as source_extracted_on
    from totals
    inner join extracts on totals.source = extracts.source and totals.read_on >= extracts.extracted_on
    group by totals.source_key
),

-- the extracts that counted on that day: the newest full one of an object, every delta
objects_read as (
    select
        totals.source_key,
        totals.source,
        totals.read_on,
        extracts.object,
        max(case when extracts.is_full then extracts.extracted_at end) as newest_full_at
    from totals
    inner join extracts
        on
            totals.source = extracts.source
            and totals.object = extracts.canonical_object
            and totals.read_on >= extracts.extracted_on
    group by totals.source_key, totals.source, totals.read_on, extracts.object
),

set_aside as (
    select
        objects_read.source_key,
        count(*) as set_aside_count
    from objects_read
    inner join {{ source('raw', 'quarantine') }} as quarantine
        on
            objects_read.source = quarantine.source
            and objects_read.object = quarantine.object
            and coalesce(objects_read.newest_full_at, quarantine.extracted_at) = quarantine.extracted_at
            and objects_read.read_on >= {{ business_date('quarantine.extracted_at') }}
    group by objects_read.source_key
),

final as (
    select
        totals.*,
        periods.period_start as kuota_period_start,
        periods.period_end as kuota_period_end,
        segments.segment_name as scope_name,
        segments.is_leaf_team,
        as_of.as_of_date,
        -- totals of one report have the same records, and those of one figure the same credits, whatever their scopes
        concat_ws(' ', totals.source, totals.metric, totals.read_on, totals.time_zone, totals.report_rate) as report_id,
        concat_ws(' ', totals.metric, periods.period_start, periods.period_end) as figure_id,
        {{ days_between('coalesce(newest.object_extracted_on, newest.source_extracted_on)', 'totals.read_on') }}
            as extract_age_days,
        case when newest.source_key is not null then coalesce(set_aside.set_aside_count, 0) end as set_aside_count,
        case
            when newest.source_key is null then 'read_before_first_extract'
            when totals.read_on > as_of.as_of_date then 'read_after_as_of'
            when totals.report_rate is null then 'no_rate'
        end as reason
    from totals
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join periods on totals.source_key = periods.source_key and periods.position_by_days = 1
    left join newest on totals.source_key = newest.source_key
    left join set_aside on totals.source_key = set_aside.source_key
    left join {{ ref('int_segments_listed') }} as segments
        on totals.scope_type = segments.segment_type and totals.scope_id = segments.segment_id
)

select * from final
