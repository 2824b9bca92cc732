-- From the figure of a CRM's own report to Kuota's, in eight steps of which each replaces one of the CRM's ways by Kuota's.
-- crm_amount + the sum of step_amount = kuota_amount.

with

evaluated as (
    select
        totals.*,
        coalesce(
            totals.reason,
            case
                when measured.assignee_id is not null and {{ actual_amount('measured') }} is null then 'not_recorded'
                -- a period without a row is 0 where the metric was recorded for anyone
                when measured.assignee_id is null and not totals.is_recorded then 'not_recorded'
            end
        ) as first_reason
    from {{ ref('int_tie_out_totals') }} as totals
    left join {{ ref('int_attainments_measured') }} as measured
        on
            totals.scope_type = measured.assignee_type
            and totals.scope_id = measured.assignee_id
            and totals.metric = measured.metric
            and totals.period_type = measured.period_type
            and totals.kuota_period_start = measured.period_start
    {{ join_collection('measured', 'measured.assignee_type', 'measured.assignee_id', 'measured.metric') }}
),

stepped as (
    select
        evaluated.*,
        steps.step_number,
        steps.step,
        case steps.step_number
            {%- for step in range(1, 8) %}
            when {{ step }} then evaluated.stage_{{ step }} - evaluated.stage_{{ step - 1 }}
            {%- endfor %}
            else evaluated.stage_0 - evaluated.crm_amount
        end as step_amount,
        case steps.step_number
            {%- for step in range(1, 8) %}
            when {{ step }} then evaluated.crm_amount + evaluated.stage_{{ step }} - evaluated.stage_0
            {%- endfor %}
            else evaluated.stage_7
        end as running_amount,
        case steps.step_number
            {%- for step in range(1, 9) %}
            when {{ step }} then evaluated.record_count_{{ step }}
            {%- endfor %}
        end as record_count
    from evaluated
    cross join {{ ref('tie_out_steps') }} as steps
),

{% set known = 'case when first_reason is null then ' -%}
figures as (
    select
        cast(source as varchar) as source,
        cast(metric as varchar) as metric,
        cast(period_type as varchar) as period_type,
        period_start as crm_period_start,
        kuota_period_start as period_start,
        kuota_period_end as period_end,
        kuota_period_end <= as_of_date as is_complete,
        cast(scope_type as varchar) as scope_type,
        cast(scope as varchar) as scope,
        cast(scope_id as varchar) as scope_id,
        cast(scope_name as varchar) as scope_name,
        is_leaf_team,
        has_period,
        crm_amount,
        cast(step_number as integer) as step_number,
        cast(step as varchar) as step,
        {{ with_cents(known ~ 'step_amount end') }} as step_amount,
        {{ with_cents(known ~ 'running_amount end') }} as running_amount,
        cast({{ known }} record_count end as bigint) as record_count,
        {{ with_cents(known ~ 'stage_7 end') }} as kuota_amount,
        case when first_reason is not null then 'unknown' when stage_0 = crm_amount then 'tied' else 'not_tied' end as status,
        cast(first_reason as varchar) as reason,
        read_on,
        cast(read_by as varchar) as read_by,
        cast(definition as varchar) as definition,
        cast(extract_age_days as bigint) as extract_age_days,
        cast(set_aside_count as bigint) as set_aside_count
    from stepped
),

compared as (
    {{ with_comparability(
        'figures', 'figures.scope_type', 'figures.scope_id', 'figures.metric', value='figures.kuota_amount', is_complete=none
    ) }}
),

final as (
    select
        source,
        metric,
        period_type,
        crm_period_start as period_start,
        scope_type,
        scope,
        scope_id,
        scope_name,
        is_leaf_team,
        period_start as kuota_period_start,
        period_end as kuota_period_end,
        crm_amount,
        step_number,
        step,
        step_amount,
        running_amount,
        record_count,
        kuota_amount,
        status,
        reason,
        read_on,
        read_by,
        definition,
        extract_age_days,
        set_aside_count,
        is_complete,
        case when has_period then collection_status end as collection_status,
        case when has_period then comparability end as comparability,
        case when has_period then comparability_year_ago end as comparability_year_ago,
        case when has_period then comparability_reasons end as comparability_reasons,
        case when has_period then comparability_year_ago_reasons end as comparability_year_ago_reasons,
        case when has_period then observation_status end as observation_status
    from compared
)

select * from final
