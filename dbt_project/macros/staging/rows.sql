{#- Trimmed text with composed letters, as é, null where blank or a spreadsheet does not know it. -#}
{% macro text(column) -%}
    case when not {{ is_unknown_cell(column) }} then nullif({{ composed(trimmed(column)) }}, '') end
{%- endmacro %}

{#- Where a staged row comes from, and from when to when it was the newest known one for its key. `source_key` is the key in SQL, where
    it is not the delivered text itself. -#}
{% macro source_row_columns(source_key='_key') -%}
    {{ source_key }} as source_key,
        _source_file as source_file,
        _source_row as source_row,
        _row_hash as row_hash,
        _extracted_at as extracted_at,
        _superseded_at as superseded_at,
        _superseded_at is null as is_current,
        _extras as extras
{%- endmacro %}

{#- Joins the zone that the source `declared_by` declared for the day of this column's local instant, as <column>_zone. `format` is how the
    instant is written, where that is not ISO. Most sources declare one zone for all days, so that no day is read. -#}
{% macro join_source_zone(declared_by, column, format=none) -%}
    {%- if format -%}
        {%- set day = 'cast(' ~ parse_date('source_rows.' ~ column, format) ~ ' as varchar)' -%}
    {%- else -%}
        {%- set day = day_of_instant('source_rows.' ~ column) -%}
    {%- endif -%}
    left join {{ source('raw', 'source_time_zone') }} as {{ column }}_zone
        on {{ column }}_zone.source = '{{ declared_by }}'
            and ({{ column }}_zone.valid_from is null or {{ day }} >= cast({{ column }}_zone.valid_from as varchar))
            and ({{ column }}_zone.valid_to is null or {{ day }} <= cast({{ column }}_zone.valid_to as varchar))
{%- endmacro %}

{#- The day on which an extract first reported a record inactive that was active before; 0001-01-01 if no extract reported it active,
    9999-12-31 while it is active, null where nothing says so. `key` is that of its rows. -#}
{% macro inactive_from(is_active, key) -%}
    {%- set active = 'case when coalesce(' ~ is_active ~ ', true) then ' -%}
    case
        when {{ is_active }} then cast('9999-12-31' as date)
        when ({{ is_active }}) is null then cast(null as date)
        when count({{ active }} 1 end) over (partition by {{ key }}) = 0 then cast('0001-01-01' as date)
        else {{ business_date('max(' ~ active ~ '_superseded_at end) over (partition by ' ~ key ~ ')') }}
    end
{%- endmacro %}
