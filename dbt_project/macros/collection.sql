{#- The columns of the records that the collection profile is made of, for a union of unlike tables: `given` says which expression a
    column is; the others are null. -#}
{% macro collection_record_columns(given) -%}
    {%- set types = {
        'source': 'varchar',
        'object': 'varchar',
        'dated_by': 'varchar',
        'record_type': 'varchar',
        'record_key': 'varchar',
        'owner_rep_id': 'varchar',
        'pipeline': 'varchar',
        'dated_on': 'date',
        'is_copy': 'boolean',
        'happened_at': 'timestamp',
        'logged_at': 'timestamp',
        'opportunity_id': 'varchar',
        'direction': 'varchar',
        'outcome': 'varchar',
        'quantity': 'decimal(19, 4)',
        'currency': 'varchar',
        'account_id': 'varchar',
        'opportunity_type': 'varchar',
        'loss_reason': 'varchar',
        'label': 'varchar',
        'edited_by': 'varchar',
        'is_closed': 'boolean',
        'is_won': 'boolean',
    } -%}
    {%- set known = {'record_type': "''"} -%}
    {%- do known.update(given) -%}
    {{- typed_columns(types, known) }}
{%- endmacro %}


{#- How late a record was logged or delivered, in seconds, as one of a few spans. -#}
{% macro lag_span(seconds) -%}
    case
        when {{ seconds }} < 0 then '0 before'
        when {{ seconds }} < 3600 then '1 hour'
        when {{ seconds }} < 86400 then '2 day'
        when {{ seconds }} < 259200 then '3 three days'
        when {{ seconds }} < 604800 then '4 week'
        when {{ seconds }} < 1209600 then '5 two weeks'
        when {{ seconds }} < 2592000 then '6 month'
        when {{ seconds }} >= 2592000 then '7 later'
    end
{%- endmacro %}
