{#- The metrics of mart_quota_attainment. -#}
{% macro counted_metrics() -%}
    {{ return([
        'revenue_won', 'deals_won', 'new_customers', 'units_sold', 'pipeline_created', 'leads_qualified',
        'calls', 'emails', 'meetings', 'proposals',
    ]) }}
{%- endmacro %}


{#- How segments of a type (rep, team) stand among their peers: the one place for both comparison marts. -#}
{% macro comparison_columns(segment) -%}
    cast(segment_id as varchar) as {{ segment }}_id,
        cast(segment_name as varchar) as {{ segment }}_name,
        cast(period_type as varchar) as period_type,
        period_start,
        period_end,
        cast(metric as varchar) as metric,
        value,
        cast(peer_group as varchar) as peer_group,
        peer_count,
        peer_median,
        robust_z,
        percentile,
        rank_in_group as "rank",
        shrunk_value,
        interval_low,
        interval_high,
        cast(signal as varchar) as signal,
        cast(not_ranked_reason as varchar) as not_ranked_reason,
        logging_coverage
{%- endmacro %}
