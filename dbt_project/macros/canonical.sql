{#- Why a current source row is out of every number: a newer row has its key ('duplicate'), its CRM says why
    (`source_exclusion`), or marks it deleted.
    Of rows that share a key the last updated counts; then the row hash, then the first of the file. -#}
{% macro exclusion_reason(updated_at='cast(null as timestamp)', is_deleted='false', source_exclusion='cast(null as varchar)') -%}
    case
        when row_number() over (
            partition by source, source_key
            order by {{ updated_at }} desc nulls last, row_hash desc, source_file asc, source_row asc
        ) > 1 then 'duplicate'
        else coalesce({{ source_exclusion }}, case when {{ is_deleted }} then 'deleted' end)
    end
{%- endmacro %}


{#- Canonical ids are <source>:<id>. -#}
{% macro canonical_id(source, key) -%}
    {{ source }} || ':' || {{ key }}
{%- endmacro %}


{#- The canonical id of what `reference` names: a full id <source>:<id> of any source as it stands, else a key of its own source. -#}
{% macro referenced_id(source, reference) -%}
    case
        when {% for known in sources_of('opportunities') -%}
            {{ reference }} like '{{ known }}:%'{{ ' or ' if not loop.last }}
        {%- endfor %} then {{ reference }}
        else {{ canonical_id(source, reference) }}
    end
{%- endmacro %}


{#- Joins the register value_map for `column` of `rows`, as <column>_map: its meaning on the date `on_date`, at as_of
    without one. `fields` names the field by source; of any other source it is called as in the plain format, or else as here. -#}
{% macro join_value_map(rows, column, object, fields, on_date=none) -%}
    left join {{ ref('int_value_maps_in_force') }} as {{ column }}_map
        on {{ rows }}.source = {{ column }}_map.source
            and {{ column }}_map.object = '{{ object }}'
            and {{ column }}_map.field = case {{ rows }}.source
                {%- for source, field in fields.items() %} when '{{ source }}' then '{{ field }}'{% endfor %}
                else '{{ fields.get('generic', column) }}' end
            and {{ rows }}.{{ column }} = {{ column }}_map.source_value
            and {% if on_date %}{{ on_date }} between {{ column }}_map.meaning_from and {{ column }}_map.meaning_to
                {%- else %}{{ column }}_map.holds_at_as_of{% endif %}
{%- endmacro %}


{#- The value that the register gives, else the source's own. -#}
{% macro mapped_value(rows, column) -%}
    coalesce({{ column }}_map.mapped_value, {{ rows }}.{{ column }})
{%- endmacro %}


{#- What each source delivers, by the names of its staging models: a new CRM is added here, and nowhere else. -#}
{% macro entities_by_source() -%}
    {{ return({
        'crm_sales': ['reps', 'accounts', 'products', 'opportunities'],
        'generic': [
            'reps', 'teams', 'accounts', 'products', 'opportunities', 'opportunity_lines', 'opportunity_splits', 'activities',
            'stage_events', 'leads',
        ],
        'hubspot': [
            'reps', 'accounts', 'opportunities', 'activities', 'stage_events', 'leads', 'stages', 'opportunity_version_histories',
        ],
        'pipedrive': [
            'reps', 'accounts', 'opportunities', 'activities', 'stage_events', 'leads', 'stages', 'opportunity_version_histories',
        ],
        'salesforce': [
            'reps', 'teams', 'accounts', 'products', 'opportunities', 'opportunity_lines', 'opportunity_splits', 'activities',
            'stage_events', 'leads', 'opportunity_version_histories',
        ],
    }) }}
{%- endmacro %}


{#- The sources that deliver an entity. -#}
{% macro sources_of(entity) -%}
    {%- set delivering = [] -%}
    {%- for source, entities in entities_by_source().items() if entity in entities -%}
        {%- do delivering.append(source) -%}
    {%- endfor -%}
    {{ return(delivering) }}
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


{#- The counting rows of `model` (a row a record of a source) with the canonical id that each record has, and by which precedence
    the records of one id speak: the one that was seen last first. -#}
{% macro matched_records(entity, model) -%}
    select
        records.*,
        coalesce(matches.canonical_id, records.{{ entity }}_id) as canonical_id,
        row_number() over (
            partition by coalesce(matches.canonical_id, records.{{ entity }}_id)
            order by listed.first_seen_at desc nulls last, records.source asc, records.{{ entity }}_id asc
        ) as precedence
    from {{ ref(model) }} as records
    left join {{ ref('int_source_records_listed') }} as listed
        on
            listed.entity = '{{ entity }}'
            and records.{{ entity }}_id = listed.source_record_id
    left join {{ ref('int_source_ids_matched') }} as matches
        on
            matches.entity = '{{ entity }}'
            and records.{{ entity }}_id = matches.source_record_id
    where records.exclusion_reason is null
{%- endmacro %}


{#- The source whose id a canonical id is. -#}
{% macro source_of_id(canonical_id) -%}
    substr({{ canonical_id }}, 1, position(':' in {{ canonical_id }}) - 1)
{%- endmacro %}


{#- What each source calls the rep of an `object`, for the register value_map. -#}
{% macro rep_columns(object) -%}
    {{ return({
        'activity': {
            'generic': 'rep_id',
            'hubspot': 'hubspot_owner_id',
            'pipedrive': 'assigned_to_user',
            'salesforce': 'ownerid',
        },
        'lead': {'generic': 'owner_id', 'hubspot': 'hubspot_owner_id', 'pipedrive': 'owner_id', 'salesforce': 'ownerid'},
    }[object]) }}
{%- endmacro %}
