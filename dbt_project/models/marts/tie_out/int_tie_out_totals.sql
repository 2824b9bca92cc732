-- Each total with what its records add up to in each stage, and how many of them each step moves. Stages are rounded as totals: nothing is
-- rounded inside of a step.
with

readings as (
    select * from {{ ref('int_tie_out_readings') }}
),

summed as (
    select
        source_key,
        {%- for stage in range(8) %}
        round(sum(stage_{{ stage }}), 2) as stage_{{ stage }},
        {%- endfor %}
        {%- for step in range(1, 8) %}
        count(case when stage_{{ step }} <> stage_{{ step - 1 }} then 1 end) as record_count_{{ step }},
        {%- endfor %}
        count(case when counts_today then 1 end) as records_today,
        count(case when counts_today and is_known_today then 1 end) as known_today
    from {{ ref('int_tie_out_stages') }}
    group by source_key
),

-- whether anybody's metric was recorded in the period
recorded as (
    select distinct readings.source_key
    from readings
    inner join {{ ref('int_metric_recordings') }} as recordings
        on
            readings.metric = recordings.metric
            and recordings.assignee_type = 'company'
            and readings.kuota_period_end >= recordings.recorded_from
            and readings.kuota_period_start <= recordings.recorded_to
),

final as (
    select
        readings.*,
        {%- for stage in range(8) %}
        coalesce(summed.stage_{{ stage }}, 0) as stage_{{ stage }},
        {%- endfor %}
        {%- for step in range(1, 8) %}
        coalesce(summed.record_count_{{ step }}, 0) as record_count_{{ step }},
        {%- endfor %}
        -- what is unexplained has no records
        0 as record_count_8,
        case
            when readings.has_period then recorded.source_key is not null
            else coalesce(summed.records_today = 0 or summed.known_today > 0, true)
        end as is_recorded
    from readings
    left join summed on readings.source_key = summed.source_key
    left join recorded on readings.source_key = recorded.source_key
)

select * from final
