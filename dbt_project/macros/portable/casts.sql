{#- All SQL that differs between DuckDB, Spark and Postgres is in this folder. Dates, instants, numbers and booleans are read as
    in the ingest room, so a value that ingest counted as unparsable is null here. -#}

{#- Text without the blanks around it: spaces, tabs, line ends and no-break spaces. -#}
{% macro trimmed(expression) -%}
    trim({{ expression }}, ' ' || chr(9) || chr(10) || chr(13) || chr(160))
{%- endmacro %}


{% macro looks_like(expression, pattern) -%}
    regexp_matches({{ trimmed(expression) }}, '^({{ pattern }})$')
{%- endmacro %}


{#- A number as `type`, null if it is not a number: without separators, or in `format` (1.234,50 or 1,234.50), in which
    separators of thousands may be left out. -#}
{% macro parse_number(expression, type, format=none) -%}
    {%- if format -%}
        case
            when {{ looks_like(expression, '[+-]?([0-9]{1,3}([' ~ format[1] ~ '][0-9]{3})+|[0-9]+)([' ~ format[5] ~ '][0-9]*)?') }}
                then try_cast(replace(replace({{ trimmed(expression) }}, '{{ format[1] }}', ''), '{{ format[5] }}', '.') as {{ type }})
        end
    {%- else -%}
        case
            when {{ looks_like(expression, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?') }}
                then try_cast({{ trimmed(expression) }} as {{ type }})
        end
    {%- endif -%}
{%- endmacro %}


{#- A date written in `format` (strptime); ISO without one. A year of two digits is not accepted. -#}
{% macro parse_date(expression, format=none) -%}
    {%- if format -%}
        case
            when extract(year from try_strptime({{ trimmed(expression) }}, '{{ format }}')) >= 1000
                then cast(try_strptime({{ trimmed(expression) }}, '{{ format }}') as date)
        end
    {%- else -%}
        case
            when {{ looks_like(expression, '[0-9]{4}-[0-9]{2}-[0-9]{2}') }} then try_cast({{ trimmed(expression) }} as date)
        end
    {%- endif -%}
{%- endmacro %}


{#- true, t, yes and 1 in any case are true; their opposites false; anything else null. -#}
{% macro parse_boolean(expression) -%}
    case
        when lower({{ trimmed(expression) }}) in ('true', 't', 'yes', '1') then true
        when lower({{ trimmed(expression) }}) in ('false', 'f', 'no', '0') then false
    end
{%- endmacro %}


{#- A name without case, punctuation and blanks, which systems write differently; null if nothing is left. -#}
{% macro normalized_name(expression) -%}
    nullif(trim(regexp_replace(lower({{ expression }}), '[^\p{L}\p{N}]+', ' ', 'g')), '')
{%- endmacro %}


{#- How many letters two names differ by. -#}
{% macro edit_distance(name, other_name) -%}
    levenshtein({{ name }}, {{ other_name }})
{%- endmacro %}


{#- One row for a name, and one for the name without each of its letters, as a select list item. -#}
{% macro each_near_name(name) -%}
    unnest(list_append(list_transform(
        range(1, length({{ name }}) + 1), lambda position: substr({{ name }}, 1, position - 1) || substr({{ name }}, position + 1)
    ), {{ name }}))
{%- endmacro %}


{#- A normalized name without certain words; `words` are separated by |. -#}
{% macro without_words(name, words) -%}
    trim(regexp_replace(regexp_replace({{ name }}, '\b({{ words }})\b', ' ', 'g'), ' +', ' ', 'g'))
{%- endmacro %}
