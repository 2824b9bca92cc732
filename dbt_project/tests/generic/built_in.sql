{#- dbt's own generic tests, each with the tag of its table: see data_test_tags. -#}
{% test unique(model, column_name) %}
{{ config(tags=data_test_tags()) }}
{{ default__test_unique(model, column_name) }}
{% endtest %}


{% test not_null(model, column_name) %}
{{ config(tags=data_test_tags()) }}
{{ default__test_not_null(model, column_name) }}
{% endtest %}


{% test accepted_values(model, column_name, values, quote=true) %}
{{ config(tags=data_test_tags()) }}
{{ default__test_accepted_values(model, column_name, values, quote) }}
{% endtest %}


{% test relationships(model, column_name, to, field) %}
{{ config(tags=data_test_tags()) }}
{{ default__test_relationships(model, column_name, to, field) }}
{% endtest %}
