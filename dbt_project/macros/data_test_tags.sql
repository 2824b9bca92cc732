{#-
    The tags of the data test that calls this macro. A test of a table that is not published is about the model and
    not about the data: it is tagged `build`, and orchestration/transform/build.py says when those run. One whose meta
    says a `fix` is about the data (a stage that the stage map lacks), and runs every time.
-#}
{% macro data_test_tags() -%}
    {%- set kind, name = model.file_key_name.split('.')[:2] -%}
    {%- set is_published = kind == 'models' and name.split('_')[0] not in ('base', 'stg', 'int') -%}
    {#- dbt writes the config of the YAML behind the call of the test, where it cannot be asked for yet -#}
    {%- set says_a_fix = "'fix':" in model.raw_code -%}
    {{ return([] if is_published or says_a_fix else ['build']) }}
{%- endmacro %}
