-- Leads never contacted are counted among all of them: the shares are of the leads, not of those that were contacted.
with

leads as (
    select * from {{ ref('int_lead_responses_measured') }}
),

lead_segments as (
    select * from {{ ref('int_lead_segments_expanded') }}
),

segments as (
    select * from {{ ref('int_segments_listed') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

measured as (
    select
        lead_segments.segment_type,
        lead_segments.segment_id,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        count(*) as lead_count,
        count(case when leads.is_contact_recorded then 1 end) as recorded_count,
        count(leads.response_minutes) as contacted_count,
        count(case when leads.response_minutes <= 5 then 1 end) as within_5_minutes_count,
        count(case when leads.response_minutes <= 60 then 1 end) as within_1_hour_count,
        count(case when leads.response_minutes <= 1440 then 1 end) as within_24_hours_count,
        {{ median('cast(leads.response_minutes as double)') }} as median_response_minutes,
        {{ percentile_90('cast(leads.response_minutes as double)') }} as p90_response_minutes,
        {{ median('cast(leads.response_business_minutes as double)') }} as median_response_business_minutes,
        {{ percentile_90('cast(leads.response_business_minutes as double)') }} as p90_response_business_minutes
    from leads
    inner join lead_segments on leads.lead_id = lead_segments.lead_id
    inner join period_dates on leads.created_on = period_dates.date_day
    group by
        lead_segments.segment_type,
        lead_segments.segment_id,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end
),

figures as (
    select
        cast(measured.segment_type as varchar) as segment_type,
        cast(measured.segment_id as varchar) as segment_id,
        cast(segments.segment_name as varchar) as segment_name,
        cast(measured.period_type as varchar) as period_type,
        measured.period_start,
        measured.period_end,
        measured.lead_count,
        measured.recorded_count,
        {%- set counts = ['contacted', 'never_contacted', 'within_5_minutes', 'within_1_hour', 'within_24_hours'] %}
        {%- for count in counts %}
        case
            when measured.recorded_count > 0
                then {{ 'measured.recorded_count - measured.contacted_count' if count == 'never_contacted'
                        else 'measured.' ~ count ~ '_count' }}
        end as {{ count }}_count,
        {%- endfor %}
        {%- for limit in ['within_5_minutes', 'within_1_hour', 'within_24_hours'] %}
        cast(measured.{{ limit }}_count as double)
        / nullif(cast(measured.recorded_count as double), 0) as {{ limit }}_rate,
        {%- endfor %}
        round(measured.median_response_minutes, 12) as median_response_minutes,
        round(measured.p90_response_minutes, 12) as p90_response_minutes,
        round(measured.median_response_business_minutes, 12) as median_response_business_minutes,
        round(measured.p90_response_business_minutes, 12) as p90_response_business_minutes
    from measured
    inner join segments
        on
            measured.segment_type = segments.segment_type
            and measured.segment_id = segments.segment_id
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id',
        "'lead_response_business_minutes'", value='figures.contacted_count'
    ) }}
)

select * from final
