{#- What the register collection_changes calls an object: a deal's stage is what its stage events tell. -#}
{% macro changed_object() -%}
    case when object = 'opportunity' and field = 'stage' then 'stage_event' else object end
{%- endmacro %}


{#- The canonical name of the field that the register collection_changes names, also by another of its names; `rows` without one. -#}
{% macro changed_field() -%}
    case
            when field is null then 'rows'
            when object in ('opportunity', 'stage_event') and field = 'stage' then 'to_stage'
            when object = 'opportunity' and field in ('closed_on', 'closed_at') then 'close_date'
            when field in ('created_on', 'changed_on', 'occurred_on', 'qualified_on') then replace(field, '_on', '_at')
            when object in ('activity', 'opportunity') and field = 'type' then object || '_type'
            else field
        end
{%- endmacro %}


{#- The values that a declared bridge can map, as (object, column, fields of a declared change that mean it). -#}
{% macro bridged_values() -%}
    {{ return([
        ('activity', 'activity_type', ['activity_type', 'rows']),
        ('activity', 'direction', ['direction']),
        ('opportunity', 'opportunity_type', ['opportunity_type']),
        ('opportunity', 'loss_reason', ['loss_reason']),
        ('lead', 'lead_source', ['source', 'lead_source']),
    ]) }}
{%- endmacro %}


{#- Whether a value of a bridged column needs no register to be understood. -#}
{% macro is_known_to_all(column, value) -%}
    case {{ column }}
            when 'activity_type' then lower({{ value }}) in ('call', 'email', 'meeting', 'proposal')
            when 'direction' then lower({{ value }}) in ('inbound', 'outbound')
            else false
        end
{%- endmacro %}


{#- Joins the register value_map and the declared bridges for `column` of `rows`, as <column>_map and <column>_bridge. `rep` is the column
    that names whose row it is, `on_date` the day by which it is mapped. -#}
{% macro join_value_map_and_bridges(rows, column, object, rep, on_date) -%}
    {{ join_value_map(rows, column, object, on_date) }}
    left join {{ ref('int_value_bridges_placed') }} as {{ column }}_bridge
        on {{ rows }}.source = {{ column }}_bridge.source
            and {{ column }}_bridge.object = '{{ object }}'
            and {{ column }}_bridge.field = '{{ column }}'
            and lower({{ rows }}.{{ column }}) = {{ column }}_bridge.source_value
            and coalesce({{ column }}_bridge.rep_reference, {{ rows }}.{{ rep }}, '') = coalesce({{ rows }}.{{ rep }}, '')
            and {{ on_date }} between {{ column }}_bridge.holds_from and {{ column }}_bridge.holds_to
{%- endmacro %}


{#- The value that the register gives, else the one that a declared bridge gives, else the source's own. -#}
{% macro bridged_value(rows, column) -%}
    coalesce({{ column }}_map.mapped_value, {{ column }}_bridge.mapped_value, {{ rows }}.{{ column }})
{%- endmacro %}
