{#-
    A table is built only if the rows of a table that it reads have changed since it was built, and what reads it is built only if its own
    rows are then others than before: decision 11. What it was built from is written in the transaction that builds it. Without
    `kuota run`, which knows whether the code has changed, everything that is asked for is built.

    DuckDB replaces a table or a view in one statement. dbt's own way makes a second one, renames both and drops the
    old one: a fifth of the time of a build of many small models.
-#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set build = what_to_build() -%}
    {%- if build.is_due and model['language'] == 'python' -%}
        {#- a Python model writes over a connection of its own, and is called from here alone -#}
        {%- do adapter.drop_relation(build.written) -%}
        {%- do adapter.commit() -%}
        {%- call statement('main', language='python') -%}
            {{ create_table_as(False, build.written, compiled_code, 'python') }}
        {%- endcall -%}
    {%- elif build.is_due -%}
        {%- call statement('main') -%}
            {{ rows_written_to(build.written) }}
        {%- endcall -%}
    {%- endif -%}
    {%- if build.is_due -%}
        {%- do put_in_place(build, not (build.is_kept and hold_the_same_rows(build.target, build.written))) -%}
    {%- endif -%}
    {{ return({'relations': [build.target]}) }}
{% endmaterialization %}


{#-
    Rows of groups that have not changed stay: decision 9. The model's SQL has the rows of the others, and the model's pre_hook deletes what is no
    longer so; or the SQL has also one row with the fingerprint (unique_key) of each group that stays, and all other groups are deleted.
-#}
{% materialization incremental, adapter='duckdb' %}
    {%- set build = what_to_build() -%}
    {%- if build.is_due -%}
        {%- set before = rows_in(build.target) if build.is_kept -%}
        {{ run_hooks(pre_hooks, inside_transaction=True) }}
        {%- set key = config.get('unique_key') if build.is_kept -%}
        {%- if key -%}
            {%- call statement('groups') -%}
                create or replace temporary table groups_found as ({{ compiled_code }});
                delete from {{ build.target }} where {{ key }} not in (select {{ key }} from groups_found);
            {%- endcall -%}
        {%- endif -%}
        {%- set left = rows_in(build.target) if build.is_kept -%}
        {%- call statement('main') -%}
            {{ rows_written_to(build.target, 'select * from groups_found where ' ~ is_new_group(key) if key else compiled_code) }}
        {%- endcall -%}
        {%- do put_in_place(build, not (build.is_kept and before == left == rows_in(build.target))) -%}
    {%- endif -%}
    {{ return({'relations': [build.target]}) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- if existing is not none and existing.type != 'view' -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif -%}
        create or replace view {{ target }} as ({{ sql }});
    {%- endcall -%}
    {%- do persist_docs(target, model) -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{#- Of the model that is being built: whether it is due, and where its rows are written to: next to those that are kept, if any. -#}
{% macro what_to_build() %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set is_kept = existing is not none and existing.type == 'table' and not should_full_refresh() -%}
    {#- what it reads, as it is now: each table with the run that last changed its rows -#}
    {%- set inputs = "(
        select coalesce(string_agg(target || '@' || changed_by, ' ' order by target), '')
        from quality.table_state where target in ('" ~ tables_read(model) | join("', '") ~ "')
    )" -%}
    {%- set built_from_it = "select 1 from quality.table_state where target = " ~ literal(relation_name(model)) ~ " and inputs = " ~ inputs -%}
    {%- set is_due = not (is_kept and 'KUOTA_RUN_ID' in dbt_metadata_envs and run_query(built_from_it).rows | length) -%}
    {%- if not is_due -%}
        {%- call noop_statement('main', 'UNCHANGED') -%}{%- endcall -%}
    {%- elif existing is not none and existing.type != 'table' -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- set written = make_intermediate_relation(target) if is_kept or model['language'] == 'python' else target -%}
    {{ return({'target': target, 'written': written, 'is_kept': is_kept, 'is_due': is_due, 'inputs': inputs}) }}
{% endmacro %}


{% macro rows_written_to(table, rows=none) %}
    {%- if is_incremental() -%}
        insert into {{ table }} by name ({{ rows }});
    {%- elif config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(compiled_code) }}
        create or replace table {{ table }} {{ get_table_columns_and_constraints() }};
        insert into {{ table }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }});
    {%- else -%}
        create or replace table {{ table }} as ({{ compiled_code }});
    {%- endif -%}
{% endmacro %}


{#- Ends the transaction of a build: what was written takes the place of what it replaces, and what it was built from is recorded. -#}
{% macro put_in_place(build, is_changed) %}
    {%- set is_beside = build.written != build.target and config.get('materialized') == 'table' -%}
    {%- set name, now = literal(relation_name(model)), instant_literal(modules.datetime.datetime.utcnow()) -%}
    {%- call statement('keep') -%}
        {%- if is_beside -%}
            drop table if exists {{ build.target if is_changed else build.written }};
        {%- endif -%}
        {%- if is_beside and is_changed -%}
            alter table {{ build.written }} rename to {{ adapter.quote(build.target.identifier) }};
        {%- endif -%}
        {%- if not is_changed -%}
            update quality.table_state set inputs = {{ build.inputs }} where target = {{ name }};
        {%- else -%}
            delete from quality.table_state where target = {{ name }};
            insert into quality.table_state (target, changed_by, changed_at, inputs)
            values ({{ name }}, {{ literal(run_id()) }}, {{ now }}, {{ build.inputs }});
        {%- endif -%}
        insert into quality.model_build (run_id, target, built_at) values ({{ literal(run_id()) }}, {{ name }}, {{ now }});
    {%- endcall -%}
    {%- if is_changed -%}
        {%- do persist_docs(build.target, model) -%}
    {%- endif -%}
    {%- do adapter.commit() -%}
{% endmacro %}


{#- The tables whose rows a node reads, a view replaced by those that it reads: as tables_built_from in orchestration/lineage.py. -#}
{% macro tables_read(node) %}
    {%- set found = [] -%}
    {%- for id in node.depends_on.nodes -%}
        {%- set parent = graph.nodes.get(id) or graph.sources[id] -%}
        {%- if parent.resource_type == 'model' and parent.config.materialized == 'view' -%}
            {%- do found.extend(tables_read(parent)) -%}
        {%- else -%}
            {%- do found.append(relation_name(parent)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{% endmacro %}


{% macro rows_in(table) %}
    {{ return(run_query("select count(*) from " ~ table).columns[0][0]) }}
{% endmacro %}


{#- Asked by count first: most tables that change grow. -#}
{% macro hold_the_same_rows(one, other) %}
    {%- if rows_in(one) != rows_in(other) -%}{{ return(false) }}{%- endif -%}
    {%- set content = "select sum(hash(each)) || ' ' || bit_xor(hash(each, 'second')) from " -%}
    {%- set found = run_query("select (" ~ content ~ one ~ " as each) is not distinct from (" ~ content ~ other ~ " as each)") -%}
    {{ return(found.columns[0][0]) }}
{% endmacro %}
