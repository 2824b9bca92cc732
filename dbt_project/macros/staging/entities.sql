{#- What each source delivers: the models stg_<source>__<entity> that exist. A new CRM is added here, and nowhere else. -#}
{% macro entities_by_source() -%}
    {{ return({
        'crm_sales': ['reps', 'teams', 'accounts', 'products', 'opportunities'],
        'generic': [
            'reps', 'teams', 'team_memberships', 'accounts', 'products', 'opportunities', 'opportunity_lines', 'opportunity_splits',
            'activities', 'stage_events', 'leads',
        ],
        'hubspot': ['reps', 'teams', 'accounts', 'opportunities', 'opportunity_splits', 'activities', 'stage_events', 'leads', 'stages'],
        'pipedrive': ['reps', 'accounts', 'opportunities', 'activities', 'stage_events', 'leads', 'stages'],
        'salesforce': [
            'reps', 'teams', 'accounts', 'products', 'opportunities', 'opportunity_lines', 'opportunity_splits', 'activities',
            'stage_events', 'leads', 'quotas',
        ],
    }) }}
{%- endmacro %}

{#- Every entity that any source delivers. -#}
{% macro delivered_entities() -%}
    {{ return(entities_by_source().values() | sum(start=[]) | unique | list) }}
{%- endmacro %}

{#- The sources that deliver an entity. -#}
{% macro sources_of(entity) -%}
    {%- set delivering = [] -%}
    {%- for source, entities in entities_by_source().items() if entity in entities -%}
        {%- do delivering.append(source) -%}
    {%- endfor -%}
    {{ return(delivering) }}
{%- endmacro %}

{#- The object of an entity, as sources/*.yml and the ledgers call it: opportunity of opportunities. -#}
{% macro object_of(entity) -%}
    {{ return(entity[:-3] ~ 'y' if entity.endswith('ies') else entity[:-1]) }}
{%- endmacro %}

{#- The staging models of an entity, one after the other; `condition` limits each. -#}
{% macro union_sources(entity, columns, condition='true') -%}
    {%- for source in sources_of(entity) %}
    select '{{ source }}' as source, {{ columns }}
    from {{ ref('stg_' ~ source ~ '__' ~ entity) }}
    where {{ condition }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor -%}
{%- endmacro %}
