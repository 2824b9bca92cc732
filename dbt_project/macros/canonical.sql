{#- Whether a newer current row has the same `key`: of the rows that share a key one counts. -#}
{% macro has_newer_row(key) -%}
    row_number() over (partition by {{ key }} order by row_hash desc, source_file asc, source_row asc) > 1
{%- endmacro %}

{#- Why a current source row is excluded from all numbers: a newer row has its key ('duplicate'), its CRM says why
    (`source_exclusion`), or marks it deleted.
    Of rows that share a key the last updated counts; then the row hash, then the first of the file. -#}
{% macro exclusion_reason(updated_at=none, is_deleted=none, source_exclusion=none) -%}
    case
        when row_number() over (
            partition by source, source_key
            order by {% if updated_at %}{{ updated_at }} desc nulls last, {% endif %}row_hash desc, source_file asc, source_row asc
        ) > 1 then 'duplicate'
        {%- if source_exclusion %}
        when {{ source_exclusion }} is not null then {{ source_exclusion }}
        {%- endif %}
        {%- if is_deleted %}
        when {{ is_deleted }} then 'deleted'
        {%- endif %}
    end
{%- endmacro %}

{#- Canonical ids are <source>:<id>. -#}
{% macro canonical_id(source, key) -%}
    {{ source }} || ':' || {{ key }}
{%- endmacro %}

{#- The canonical id of what `reference` names: a full id <source>:<id> of any source unchanged, else a key of its own source. -#}
{% macro referenced_id(source, reference) -%}
    case
        when {% for known in sources_of('opportunities') -%}
            {{ reference }} like '{{ known }}:%'{{ ' or ' if not loop.last }}
        {%- endfor %} then {{ reference }}
        else {{ canonical_id(source, reference) }}
    end
{%- endmacro %}

{#- Joins the value map for `column` of `rows`, as <column>_map: its meaning on the date `on_date`, at as_of without one. `written` names the
    column with the source's own value, where it is not `column`. Where `rep` names the column with the rep of a row, declared bridges belong
    to the map; they match in upper and lower case. -#}
{% macro join_value_map(rows, column, object, on_date=none, rep=none, written=none) -%}
    {%- set value = rows ~ '.' ~ (written or column) -%}
    left join {{ ref('int_value_maps_bridged' if rep else 'int_value_maps_in_force') }} as {{ column }}_map
        on {{ rows }}.source = {{ column }}_map.source
            and {{ column }}_map.object = '{{ object }}'
            and {{ column }}_map.field = '{{ column }}'
            {%- if rep %}
            and lower({{ value }}) = {{ column }}_map.value_key
            and {{ value }} = coalesce({{ column }}_map.source_value, {{ value }})
            and coalesce({{ rows }}.{{ rep }}, '') = coalesce({{ column }}_map.rep_reference, {{ rows }}.{{ rep }}, '')
            {%- else %}
            and {{ value }} = {{ column }}_map.source_value
            {%- endif %}
            and {% if on_date %}{{ on_date }} between {{ column }}_map.meaning_from and {{ column }}_map.meaning_to
                {%- else %}{{ column }}_map.holds_at_as_of{% endif %}
{%- endmacro %}

{#- The value that the map gives, else the source's own, which is in `written` where that is not `column`. -#}
{% macro mapped_value(rows, column, written=none) -%}
    coalesce({{ column }}_map.mapped_value, {{ rows }}.{{ written or column }})
{%- endmacro %}

{#- Joins what `column` of `rows` names, an `entity` of the source of the row, as `found`: its resolved_id and candidate_count. -#}
{% macro join_reference(rows, column, entity, found) -%}
    left join {{ ref('int_references_resolved') }} as {{ found }}
        on {{ found }}.entity = '{{ entity }}'
            and {{ rows }}.source = {{ found }}.scope
            and {{ rows }}.{{ column }} = {{ found }}.reference
{%- endmacro %}

{#- The counting records of an entity, one row per record of a source, with its canonical id and its precedence among the records of that id. -#}
{% macro matched_records(entity) -%}
    select
        records.*,
        matches.canonical_id,
        matches.precedence
    from {{ ref('int_source_records_unioned') }} as records
    inner join {{ ref('int_source_records_matched') }} as matches
        on records.entity = matches.entity and records.source_record_id = matches.source_record_id
    where records.entity = '{{ entity }}' and records.exclusion_reason is null
{%- endmacro %}

{#- Of the records that are one, the first known value of `column` by their `precedence`: an aggregate. -#}
{% macro first_known(column, type='varchar') -%}
    cast(substr(min(lpad(cast(precedence as varchar), 9, '0') || cast({{ column }} as varchar)), 10) as {{ type }})
{%- endmacro %}

{#- A value, null where its day cannot be true: more than 20 years before as_of or 5 after it. `as_of` is joined. -#}
{% macro plausible(value, day=none) -%}
    case when {{ day or value }} between as_of.earliest_plausible_on and as_of.latest_plausible_on then {{ value }} end
{%- endmacro %}

{#- The source whose id a canonical id is. -#}
{% macro source_of_id(canonical_id) -%}
    substr({{ canonical_id }}, 1, position(':' in {{ canonical_id }}) - 1)
{%- endmacro %}


{#- The columns `types` (name: type) of one part of a union of unlike tables: `given` says which expression a column is; the others are null. -#}
{% macro typed_columns(types, given) -%}
    {%- for column in given if column not in types %}
        {{- exceptions.raise_compiler_error("'" ~ column ~ "' is not one of the columns " ~ types.keys() | join(', ')) }}
    {%- endfor -%}
    {%- for column, type in types.items() %}
        cast({{ given.get(column, 'null') }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
