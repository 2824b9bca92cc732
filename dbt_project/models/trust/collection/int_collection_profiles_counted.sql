{{ config(
    materialized='incremental',
    pre_hook="{{ delete_changed_groups(ref('int_collection_records_assigned'), 'week_fingerprint') }}"
) }}
-- The collection profile: what each week's records of a source, an object and a field look like, for everybody (all), each team and each
-- pipeline. The seed collection_measures says what is counted; this is the only model that counts.
{% set cell = ['source', 'measure_number', 'counted_type', 'team_id', 'pipeline', 'week_start', 'week_fingerprint'] %}
{% set profile = ['source', 'measure_number', 'counted_type', 'population', 'week_start', 'week_fingerprint'] %}
with

measures as (
    select
        *,
        row_number() over (order by object, field, measure) as measure_number
    from {{ ref('collection_measures') }}
),

records as (
    select * from {{ ref('int_collection_records_assigned') }}
    where {{ is_new_group('week_fingerprint') }}
),

-- each record, once for each value of it that is measured
measured as {{ not_materialized() }} (
    select
        records.*,
        measures.measure_number,
        measures.counts,
        case when measures.by_record_type then records.record_type else '' end as counted_type,
        case measures.value
            {%- for column in [
                'record_type', 'opportunity_id', 'direction', 'outcome', 'currency', 'account_id', 'opportunity_type',
                'loss_reason', 'label', 'first_activity', 'key_shape', 'magnitude', 'hour_of_day', 'logging_lag',
                'delivery_lag', 'ten_minutes',
            ] %}
            when '{{ column }}' then records.{{ column }}
            {%- endfor %}
            when 'quantity' then cast(records.quantity as varchar)
            when 'logged_at' then cast(records.logged_at as varchar)
        end as value
    from records
    inner join measures on records.object = measures.counted_object and records.dated_by = measures.dated_by
    where
        case measures.condition when 'closed' then records.is_closed when 'lost' then not records.is_won else true end
        and (measures.counts = 'copies' or not records.is_copy)
),

-- within the week, so that a week is counted without another
repeats as (
    select
        *,
        lag(value) over (
            partition by measure_number, counted_type, owner_rep_id, week_fingerprint
            order by dated_on, happened_at, record_key
        ) as previous_value
    from measured
    where counts = 'repeats' and value is not null
),

asked as (
    select
        {{ cell | join(',\n        ') }},
        case when counts in ('values', 'edits') then value end as category,
        case counts when 'copies' then is_copy when 'filled' then value is not null else true end as is_measured,
        dated_on
    from measured
    where counts in ('records', 'copies', 'filled') or (counts in ('values', 'edits') and value is not null)
    union all
    select
        {{ cell | join(',\n        ') }},
        cast(null as varchar) as category,
        value = previous_value as is_measured,
        dated_on
    from repeats
    where previous_value is not null
),

cells as (
    select
        {{ cell | join(',\n        ') }},
        category,
        count(case when is_measured then 1 end) as measured_count,
        count(*) as row_count,
        min(dated_on) as first_on
    from asked
    group by {{ cell | join(', ') }}, category
),

by_population as (
    select
        'all' as population,
        *
    from cells
    union all
    select
        'team:' || team_id as population,
        *
    from cells
    where team_id is not null
    union all
    select
        'pipeline:' || pipeline as population,
        *
    from cells
    where pipeline is not null and pipeline <> 'default'
),

summed as (
    select
        {{ profile | join(',\n        ') }},
        category,
        sum(measured_count) as measured_count,
        sum(row_count) as row_count,
        min(first_on) as first_on
    from by_population
    group by {{ profile | join(', ') }}, category
),

final as (
    select
        summed.source,
        measures.object,
        measures.field,
        summed.population,
        summed.week_start,
        measures.measure,
        summed.counted_type as record_type,
        -- edits: those in the ten minutes with the most, of all edits
        case when measures.counts <> 'edits' then summed.category end as category,
        cast(max(summed.measured_count) as bigint) as value,
        cast(sum(summed.row_count) as bigint) as row_count,
        min(summed.first_on) as first_on,
        summed.week_fingerprint
    from summed
    inner join measures using (measure_number)
    group by
        summed.source, measures.object, measures.field, summed.population, summed.week_start, measures.measure,
        summed.counted_type, case when measures.counts <> 'edits' then summed.category end, summed.week_fingerprint
)

select * from final
