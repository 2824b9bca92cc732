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
    to the map. A value matches as it is written, else in any spelling where the map gives all spellings one meaning. -#}
{% macro join_value_map(rows, column, object, on_date=none, rep=none, written=none) -%}
    {%- set value = rows ~ '.' ~ (written or column) -%}
    {%- set as_written = column ~ '_as_written' -%}
    {%- for alias in ([] if rep else [as_written]) + [column ~ '_map'] %}
    left join {{ ref('int_value_maps_bridged' if rep else 'int_value_maps_in_force') }} as {{ alias }}
        on {{ rows }}.source = {{ alias }}.source
            and {{ alias }}.object = '{{ object }}'
            and {{ alias }}.field = '{{ column }}'
            {%- if rep %}
            and {{ folded(value) }} = {{ alias }}.value_key
            and {{ value }} = coalesce({{ alias }}.source_value, {{ value }})
            and coalesce({{ rows }}.{{ rep }}, '') = coalesce({{ alias }}.rep_reference, {{ rows }}.{{ rep }}, '')
            {%- elif alias == as_written %}
            and {{ value }} = {{ alias }}.source_value
            {%- else %}
            and coalesce({{ as_written }}.source_value, {{ any_spelling(folded(value)) }}) = {{ alias }}.source_value
            {%- endif %}
            and {% if on_date %}{{ on_date }} between {{ alias }}.meaning_from and {{ alias }}.meaning_to
                {%- else %}{{ alias }}.holds_at_as_of{% endif %}
    {%- endfor %}
{%- endmacro %}

{#- The value that the map gives, else the source's own, which is in `written` where that is not `column`. -#}
{% macro mapped_value(rows, column, written=none) -%}
    coalesce({{ column }}_map.mapped_value, {{ rows }}.{{ written or column }})
{%- endmacro %}

{#- Joins what `column` of `rows` names, an `entity` (SQL) of the `scope`, as `found`: its resolved_id and candidate_count. What no id and
    no name is written like exactly is looked up as a normalized name. -#}
{% macro join_reference(rows, column, entity, found, scope=none) -%}
    {%- for alias, reference in {
        found ~ '_as_written': rows ~ '.' ~ column,
        found: 'coalesce(' ~ found ~ '_as_written.reference, ' ~ any_spelling(normalized_name(rows ~ '.' ~ column)) ~ ')',
    }.items() %}
    left join {{ ref('int_references_resolved') }} as {{ alias }}
        on {{ alias }}.entity = {{ entity if '.' in entity else "'" ~ entity ~ "'" }}
            and {{ alias }}.scope = {{ scope or rows ~ '.source' }}
            and {{ alias }}.reference = {{ reference }}
    {%- endfor %}
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

{#- Steps of the models of teams, up to `with_parents`: the records of teams, each with the team that it names as its parent. -#}
{% macro steps_naming_parent_teams() -%}
identified as (
    {{ matched_records('team') }}
),

with_parents as (
    select
        identified.*,
        case when parents.resolved_id <> identified.canonical_id then parents.resolved_id end as parent_team_id
    from identified
    {{ join_reference('identified', 'team_reference', 'team', 'parents') }}
)
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
