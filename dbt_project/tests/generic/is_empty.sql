{#- The model lists what must not be; every row of it is a failure. -#}
{% test is_empty(model) %}

select * from {{ model }}

{% endtest %}
