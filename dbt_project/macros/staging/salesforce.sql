{#- A Salesforce id in its form of 18 characters. An id of 15 is case-sensitive and names the same record. The three further
    characters say which letters of each five are capitals, the first of the five worth 1, the second 2, the fifth 16. -#}
{% macro salesforce_id(column) -%}
    {%- set patterns = [] -%}
    {%- for value in range(32) -%}
        {%- set digits = [] -%}
        {%- for place in range(5) -%}
            {%- do digits.append((value // 2 ** place) % 2) -%}
        {%- endfor -%}
        {%- do patterns.append(digits | join('')) -%}
    {%- endfor -%}
    case
        when length({{ column }}) = 15 and {{ column }} not like '% %'
            then {{ column }}
                {%- for first_place in [1, 6, 11] %}
                || substr(
                    '{{ 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345' | list | join('     ') }}',
                    strpos(
                        '{{ patterns | join(' ') }}',
                        translate(
                            substr({{ column }}, {{ first_place }}, 5),
                            'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
                            '{{ '1' * 26 ~ '0' * 36 }}'
                        )
                    ),
                    1
                )
                {%- endfor %}
        else {{ text(column) }}
    end
{%- endmacro %}

{#- The id, where it is one of the kind of record whose ids begin with `prefix`; a field such as WhatId may name several kinds. -#}
{% macro salesforce_id_of(column, prefix) -%}
    case when substr({{ text(column) }}, 1, 3) = '{{ prefix }}' then {{ salesforce_id(column) }} end
{%- endmacro %}

{#- A date, which some exports write as midnight in UTC: the day that it names, wherever the company is. -#}
{% macro salesforce_date(column) -%}
    try_cast({{ day_of_instant(column) }} as date)
{%- endmacro %}

{#- Why Salesforce itself no longer counts a row: it was merged into another one, or lies in the recycle bin. -#}
{% macro salesforce_exclusion(master_record='cast(null as varchar)') -%}
    case
        when {{ text(master_record) }} is not null then 'merged'
        when {{ parse_boolean('isdeleted') }} then 'deleted'
    end
{%- endmacro %}
