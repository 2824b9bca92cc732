-- Columns that occur in many published tables, and the values that docs/metrics.md gives them: here once, for all tables.
{% set known_values = {
    'collection_status': ['whole', 'mixed', 'partial', 'not_recorded', 'unknown'],
    'comparability': ['comparable', 'bridged', 'not_comparable', 'unknown'],
    'comparability_year_ago': ['comparable', 'bridged', 'not_comparable', 'unknown'],
    'observation_status': ['A', 'B', 'P', 'L', 'unknown'],
    'period_type': ['week', 'month', 'quarter', 'year'],
    'segment_type': ['company', 'team', 'rep'],
    'assignee_type': ['company', 'team', 'rep'],
    'subject_type': ['opportunity', 'lead'],
    'step_type': ['step', 'total'],
    'not_compared_reason': ['no_value', 'not_comparable', 'earlier_period_unknown', 'no_previous_value', 'period_not_over'],
    'no_coverage_reason': ['no_quota', 'partial_quota', 'quota_unknown', 'not_recorded', 'quota_reached', 'no_known_amount'],
    'next_no_coverage_reason': ['no_quota', 'partial_quota', 'quota_unknown', 'not_recorded', 'quota_reached', 'no_known_amount'],
    'signal': ['above', 'below', 'not_distinguishable', 'not_comparable'],
} %}
{% set tables = {
    'fct_funnel_members': ref('fct_funnel_members'),
    'fct_quota_contributions': ref('fct_quota_contributions'),
    'fct_restated_records': ref('fct_restated_records'),
    'fct_tie_out_records': ref('fct_tie_out_records'),
    'mart_attainment_distribution': ref('mart_attainment_distribution'),
    'mart_collection_health': ref('mart_collection_health'),
    'mart_funnel_bottleneck': ref('mart_funnel_bottleneck'),
    'mart_funnel_breakdown': ref('mart_funnel_breakdown'),
    'mart_funnel_conversion': ref('mart_funnel_conversion'),
    'mart_funnel_flag': ref('mart_funnel_flag'),
    'mart_lead_response': ref('mart_lead_response'),
    'mart_loss_reason': ref('mart_loss_reason'),
    'mart_metric_bridge': ref('mart_metric_bridge'),
    'mart_pipeline_change': ref('mart_pipeline_change'),
    'mart_pipeline_health': ref('mart_pipeline_health'),
    'mart_pipeline_stage': ref('mart_pipeline_stage'),
    'mart_quota_attainment': ref('mart_quota_attainment'),
    'mart_quota_history': ref('mart_quota_history'),
    'mart_rep_comparison': ref('mart_rep_comparison'),
    'mart_restated_share': ref('mart_restated_share'),
    'mart_restatement': ref('mart_restatement'),
    'mart_sales_cycle': ref('mart_sales_cycle'),
    'mart_target_realism': ref('mart_target_realism'),
    'mart_team_comparison': ref('mart_team_comparison'),
    'mart_tie_out': ref('mart_tie_out'),
    'mart_top_performer_gap': ref('mart_top_performer_gap'),
    'mart_win_rate': ref('mart_win_rate'),
} %}

with

counted as (
    {% for table, relation in tables.items() -%}
    {% set described = (graph.nodes.values() | selectattr('name', 'equalto', table) | first).columns if execute else [] -%}
    {% set is_last_table = loop.last -%}
    {% for column, values in known_values.items() if column in described -%}
    select '{{ table }}' as table_name, '{{ column }}' as column_name, {{ column }} as unknown_value, count(*) as row_count
    from {{ relation }}
    where {{ column }} not in ('{{ values | join("', '") }}')
    group by {{ column }}
    {% if not (loop.last and is_last_table) %}union all{% endif %}
    {% endfor %}
    {%- endfor %}
)

select
    *,
    table_name || '.' || column_name || ' has the value ''' || unknown_value || '''; rows: ' || row_count as message
from counted
