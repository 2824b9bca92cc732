{#- Every row has a value in each of the columns: all columns of a model are looked at in one pass. A row of the test is a
    column, and says in how many rows its value is missing. -#}
{% test never_null(model, columns) %}
{{ config(tags=data_test_tags()) }}

with counted as (
    select
        {% for column in columns -%}
        count(*) - count({{ column }}) as missing_{{ loop.index }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ model }}
)

{% for column in columns -%}
select 'column ''{{ column }}'' has no value in ' || cast(missing_{{ loop.index }} as varchar) || ' rows' as message
from counted
where missing_{{ loop.index }} > 0
{% if not loop.last %}union all{% endif %}
{% endfor %}

{% endtest %}
