{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_weeks() }}') }}
-- How a week's amounts, hours of the day and lags until logging are distributed: amounts and durations by tenths of a power of ten,
-- hours as the reporting time zone's clock shows them. The lag of what has no instant of logging is counted from the first extract that
-- could have shown it.
{% set zone = "'" ~ var('reporting_time_zone') ~ "'" %}

with

placed as (
    {{ rows_of_weeks_to_count('int_collection_records_placed') }}
),

records as (
    select * from placed
    where not is_copy
),

arrivals as (
    {{ rows_of_weeks_to_count('int_collection_arrivals_dated') }}
),

lagged as (
    select
        source,
        object,
        'logged_at' as field,
        team_id,
        pipeline,
        week_start,
        record_type,
        week_fingerprint,
        {{ seconds_between('happened_at', 'logged_at') }} as lag_seconds
    from records
    where logged_at is not null and happened_at is not null
    union all
    select
        source,
        object,
        field,
        team_id,
        pipeline,
        week_start,
        record_type,
        week_fingerprint,
        lag_days * 86400 as lag_seconds
    from arrivals
),

binned as (
    {%- for object, dated_by, field, column, condition in profiled_magnitudes() %}
    select
        source,
        object,
        '{{ field }}' as field,
        team_id,
        pipeline,
        week_start,
        'magnitude_count' as measure,
        record_type,
        week_fingerprint,
        cast(cast(floor(round(ln({{ column }}) / ln(10) * 10, 6)) as integer) as varchar) as category
    from records
    where object = '{{ object }}' and dated_by = '{{ dated_by }}' and {{ condition }}
    union all
    {%- endfor %}
    {%- for object, dated_by, field, column, condition in profiled_instants() %}
    select
        source,
        object,
        '{{ field }}' as field,
        team_id,
        pipeline,
        week_start,
        'hour_count' as measure,
        record_type,
        week_fingerprint,
        cast(extract(hour from {{ local_instant(column, zone) }}) as varchar) as category
    from records
    where object = '{{ object }}' and dated_by = '{{ dated_by }}' and {{ column }} is not null and {{ condition }}
    union all
    {%- endfor %}
    select
        source,
        object,
        field,
        team_id,
        pipeline,
        week_start,
        'lag_count' as measure,
        record_type,
        week_fingerprint,
        case
            when lag_seconds < 0 then '0 before'
            when lag_seconds < 3600 then '1 hour'
            when lag_seconds < 86400 then '2 day'
            when lag_seconds < 259200 then '3 three days'
            when lag_seconds < 604800 then '4 week'
            when lag_seconds < 1209600 then '5 two weeks'
            when lag_seconds < 2592000 then '6 month'
            else '7 later'
        end as category
    from lagged
),

final as (
    select
        source,
        object,
        field,
        team_id,
        pipeline,
        week_start,
        measure,
        record_type,
        category,
        count(*) as measured_count,
        count(*) as row_count,
        week_fingerprint
    from binned
    group by source, object, field, team_id, pipeline, week_start, measure, record_type, category, week_fingerprint
)

select * from final
