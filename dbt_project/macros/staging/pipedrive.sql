{#- The columns of a deal that its log has, by the names of their fields. -#}
{% macro pipedrive_log_columns() -%}
    {{ return({
        'currency': 'currency',
        'deleted': 'is_deleted',
        'expected_close_date': 'expected_close_on',
        'lead_id': 'lead_key',
        'lost_reason': 'loss_reason',
        'org_id': 'organization_key',
        'pipeline_id': 'pipeline_key',
        'probability': 'probability_percent',
        'stage_id': 'stage_key',
        'status': 'status',
        'title': 'title',
        'user_id': 'user_key',
        'value': 'amount',
    }) }}
{%- endmacro %}

{#- The fields that date a close, and their columns: they count for the close that they belong to. -#}
{% macro pipedrive_close_columns() -%}
    {{ return({'close_time': 'close_at', 'lost_time': 'lost_at', 'won_time': 'won_at'}) }}
{%- endmacro %}

{#- What a stage is called that has the name of a status: 'Won (stage 5)'. -#}
{% macro stage_beside_status(name, key) -%}
    {{ name }} || ' (stage ' || {{ key }} || ')'
{%- endmacro %}
