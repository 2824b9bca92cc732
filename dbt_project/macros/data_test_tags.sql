{#-
    The tags of the generic test that calls this macro. A test of a table that is not published is about the model and
    not about the data: it is tagged `build`, and orchestration/transform/build.py says when those run.
-#}
{% macro data_test_tags() -%}
    {%- set kind, name = model.file_key_name.split('.')[:2] -%}
    {%- set is_published = kind == 'models' and name.split('_')[0] not in ('base', 'stg', 'int') -%}
    {{ return([] if is_published else ['build']) }}
{%- endmacro %}
