{#-
    The tags of the data test that calls this macro. A test of a table that is not published is about the model and
    not about the data: it is tagged `build`, and orchestration/transform/build.py says when those run. One whose meta
    says a `fix` is about the data (no CRM has delivered), and runs every time.
-#}
{% macro data_test_tags() -%}
    {%- set kind, name = model.file_key_name.split('.')[:2] -%}
    {%- set is_published = kind == 'models' and name.split('_')[0] not in ('base', 'stg', 'int') -%}
    {#- dbt writes the config of the YAML behind the call of the test, where it cannot be asked for yet -#}
    {%- set says_a_fix = "'fix':" in model.raw_code -%}
    {{ return([] if is_published or says_a_fix else ['build']) }}
{%- endmacro %}


{#- What is wrong, in words: a combination of the grain's columns with several rows, or a column that has no value in some. -#}
{% macro wrong_rows(model, grain, never_null) %}
with missing as (
    {#- all columns are looked at in one pass #}
    select
        {% for column in never_null -%}
        count(*) - count({{ column }}) as missing_{{ loop.index }},
        {% endfor -%}
        count(*) as row_count
    from {{ model }}
)

{% if grain -%}
select
    cast(count(*) as varchar) || ' rows with '
    {%- for column in grain %}
    || '{{ ', ' if not loop.first }}{{ column }} ' || coalesce(cast({{ column }} as varchar), 'null')
    {%- endfor %} as message
from {{ model }}
group by {{ grain | join(', ') }}
having count(*) > 1
{%- endif %}
{%- for column in never_null %}
{{ 'union all' if grain or not loop.first }}
select 'column ''{{ column }}'' has no value; rows: ' || cast(missing_{{ loop.index }} as varchar) as message
from missing
where missing_{{ loop.index }} > 0
{%- endfor %}
{% endmacro %}
