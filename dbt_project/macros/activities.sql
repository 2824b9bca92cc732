{#- The activity types that mart_activity_daily counts in a column of their own: those for which its contract has a column <type>_count. -#}
{% macro types_with_a_column() -%}
    {%- set types = [] -%}
    {%- if execute -%}
        {%- for column in graph.nodes['model.kuota.mart_activity_daily'].columns if column.endswith('_count') -%}
            {%- if column not in ('other_count', 'activity_count') -%}
                {%- do types.append(column.removesuffix('_count')) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}


{#- The metric that counts an activity of a type, null for a type that none counts. Where activities are rows, join the seed activity_types. -#}
{% macro metric_of_activity(activity_type) -%}
    (select activity_types.metric from {{ ref('activity_types') }} as activity_types where activity_types.activity_type = {{ activity_type }})
{%- endmacro %}
