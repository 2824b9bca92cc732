{#-
    What was built and what was checked, written by dbt itself, so that publish can refuse an unchecked build however
    dbt was started. The run's id comes from the environment (DBT_ENV_CUSTOM_ENV_KUOTA_RUN_ID), else it is dbt's own.
-#}
{% macro record_results(results) -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set builds = [] -%}
    {%- set checks = [] -%}
    {%- for result in results if result.status != 'skipped' -%}
        {%- set execution = result.timing | selectattr('name', 'equalto', 'execute') | list | first -%}
        {%- if execution and execution.completed_at -%}
            {%- if result.node.config.materialized in ('view', 'seed') and result.status == 'success' -%}
                {%- do builds.append(build_row(result, execution)) -%}
            {%- elif result.node.resource_type == 'test' -%}
                {%- do checks.append(check_row(result, execution)) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if builds -%}
        insert into quality.model_build (run_id, target, built_at) values
        {{ builds | join(',\n') }};
    {%- endif -%}
    {%- if checks -%}
        insert into quality.check_result (
            run_id, checked_at, room, target, check_name, severity, status, observed, unexpected_count, owner, fix
        ) values
        {{ checks | join(',\n') }};
    {%- endif -%}
{%- endmacro %}


{% macro build_row(result, execution) -%}
    ({{ literal(run_id()) }}, {{ literal(relation_name(result.node)) }}, {{ instant_literal(execution.completed_at) }})
{%- endmacro %}


{% macro check_row(result, execution) -%}
    {%- set meta = result.node.config.meta -%}
    {%- set status = {'pass': 'passed', 'warn': 'failed', 'fail': 'failed'}.get(result.status | string, 'errored') -%}
    {%- set target = result.node.attached_node or (result.node.depends_on.nodes | last) -%}
    (
        {{ literal(run_id()) }},
        {{ instant_literal(execution.started_at) }},
        'transform',
        {{ literal(relation_name(graph.nodes.get(target) or graph.sources[target])) }},
        {{ literal(result.node.name) }},
        {{ literal('critical' if result.node.config.severity | lower == 'error' else 'warning') }},
        {{ literal(status) }},
        {{ literal(result.message or '') }},
        {{ result.failures if result.failures is not none else 'null' }},
        {{ literal(meta.get('owner', 'team:data-engineering')) }},
        {{ literal(meta.get('fix', result.node.description or 'See the rows that the test lists.')) }}
    )
{%- endmacro %}


{% macro run_id() -%}
    {{ return(dbt_metadata_envs.get('KUOTA_RUN_ID', invocation_id)) }}
{%- endmacro %}


{% macro relation_name(node) -%}
    {{ return(node.schema ~ '.' ~ node.name) }}
{%- endmacro %}


{% macro literal(value) -%}
    {{ return("'" ~ (value | string | replace("'", "''")) ~ "'") }}
{%- endmacro %}


{% macro instant_literal(value) -%}
    {{ return("timestamp '" ~ value.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "'") }}
{%- endmacro %}
