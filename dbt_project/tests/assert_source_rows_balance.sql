{{ config(group='exclusions') }}

{% set registers = [
    'collection_break_reviews', 'collection_changes', 'crm_totals', 'crosswalks', 'exchange_rates', 'holidays', 'leaves', 'quotas',
    'ramps', 'stage_maps', 'value_maps',
] %}
{% set published_objects = {
    'rep': 'dim_reps',
    'account': 'dim_accounts',
    'product': 'dim_products',
    'opportunity': 'fct_opportunities',
    'activity': 'fct_activities',
    'lead': 'fct_leads',
} %}

with

current_rows as (
    {% for entity in delivered_entities() if entity != 'stages' -%}
    {% for source in sources_of(entity) -%}
    -- a team that a source only names on its reps has no row of its own
    select '{{ source }}' as source, '{{ object_of(entity) }}' as object, count(*) as current_count
    from {{ ref('stg_' ~ source ~ '__' ~ entity) }}
    where is_current and source_file is not null
    union all
    {% endfor -%}
    {% endfor -%}
    {% for entity in registers -%}
    select 'registers' as source, '{{ object_of(entity) }}' as object, count(*) as current_count
    from {{ ref('stg_registers__' ~ entity) }}
    where is_current
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

-- a record that is one with another system's is published under the other's id
published_ids as (
    {% for object, model in published_objects.items() -%}
    select source, '{{ object }}' as object, count(*) as published_count
    from {{ ref(model) }}
    where source is not null {{ 'and is_delivered' if object == 'account' }}
    group by source
    union all
    {% endfor -%}
    select source, entity as object, count(*) as published_count
    from {{ ref('bridge_source_ids') }}
    where canonical_id <> source_id and entity in ('rep', 'account', 'product')
    group by source, entity
),

published_rows as (
    select source, object, sum(published_count) as published_count
    from published_ids
    group by source, object
),

validated_rows as (
    select
        source,
        object,
        count(case when exclusion_reason is null then 1 end) as counted,
        count(exclusion_reason) as excluded
    from {{ ref('int_source_rows_validated') }}
    where is_readable
    group by source, object
)

select
    coalesce(current_rows.source, validated_rows.source) as source,
    coalesce(current_rows.object, validated_rows.object) as object,
    current_rows.current_count,
    validated_rows.counted,
    validated_rows.excluded,
    published_rows.published_count
from current_rows
full outer join validated_rows
    on current_rows.source = validated_rows.source
        and current_rows.object = validated_rows.object
left join published_rows
    on current_rows.source = published_rows.source
        and current_rows.object = published_rows.object
where coalesce(current_rows.current_count, 0) <> coalesce(validated_rows.counted, 0) + coalesce(validated_rows.excluded, 0)
    or (
        current_rows.object in ('rep', 'account', 'product', 'opportunity', 'activity', 'lead')
        and coalesce(validated_rows.counted, 0) <> coalesce(published_rows.published_count, 0)
    )
