{#- One row per combination of the columns, the grain that the table promises; and a value in each of the columns `never_null`. -#}
{% test one_row_per(model, columns, never_null=[]) %}
{{ config(tags=data_test_tags()) }}
{{ wrong_rows(model, columns, never_null) }}
{% endtest %}


{#- Every row has a value in each of the columns. -#}
{% test never_null(model, columns) %}
{{ config(tags=data_test_tags()) }}
{{ wrong_rows(model, [], columns) }}
{% endtest %}
