{#- One row a combination of the columns: the grain that the mart promises. -#}
{% test unique_grain(model, columns) %}
{{ config(tags=data_test_tags()) }}

select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
