-- Leads never contacted count in the shares: they are shares of the leads, not of those contacted.
with

measured as (
    select * from {{ ref('int_leads_summed') }}
),

figures as (
    select
        cast(measured.segment_type as varchar) as segment_type,
        cast(measured.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        segments.is_leaf_team,
        cast(measured.period_type as varchar) as period_type,
        measured.period_start,
        measured.period_end,
        measured.lead_count,
        measured.recorded_count,
        case when measured.recorded_count > 0 then measured.contacted_count end as contacted_count,
        case
            when measured.recorded_count > 0 then measured.recorded_count - measured.contacted_count
        end as never_contacted_count,
        {%- for limit in ['within_5_minutes', 'within_1_hour', 'within_24_hours'] %}
        case when measured.recorded_count > 0 then measured.{{ limit }}_count end as {{ limit }}_count,
        {%- endfor %}
        {%- for limit in ['within_5_minutes', 'within_1_hour', 'within_24_hours'] %}
        cast(measured.{{ limit }}_count as double)
        / nullif(cast(measured.recorded_count as double), 0) as {{ limit }}_rate,
        {%- endfor %}
        measured.median_response_minutes,
        measured.p90_response_minutes,
        measured.median_response_business_minutes,
        measured.p90_response_business_minutes
    from measured
    inner join {{ ref('int_segments_listed') }} as segments using (segment_type, segment_id)
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id',
        "'lead_response_business_minutes'", value='figures.contacted_count'
    ) }}
)

select * from final
