{#- The model lists what must not be; every row of it is a failure. -#}
{% test is_empty(model) %}
{{ config(tags=data_test_tags()) }}

select * from {{ model }}

{% endtest %}
