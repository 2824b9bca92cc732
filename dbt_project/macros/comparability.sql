{#- The figures of a mart with how each row's period was collected and what it may be compared with. `type` and `id` are the segment of the
    row, `metric` and `pipeline` (expressions) its metric and pipeline. A row that has a figure (`value`; without it every row has one) was
    recorded at least in part. `is_complete` is none where the figures say themselves whether the period is over; a period outside of those
    in use lies before them. `change_of` is the column that is compared with that of the period before, of the same `keys`. -#}
{% macro with_comparability(
    figures, type, id, metric, pipeline="''", value=none, is_complete='coalesce(statuses.is_complete, true)', change_of=none, keys=none
) -%}
    {%- set status -%}
        case
            when statuses.collection_status is null then 'unknown'
            when statuses.collection_status = 'whole' and {{ figures }}.period_end < scopes.data_begins_on then 'unknown'
            {%- if value %}
            when {{ value }} is null and {{ is_before_all_records(figures) }} then 'unknown'
            when statuses.collection_status = 'not_recorded' and {{ value }} is not null then 'partial'
            {%- else %}
            when statuses.collection_status = 'not_recorded' then 'partial'
            {%- endif %}
            else statuses.collection_status
        end
    {%- endset -%}
    {%- set comparability -%}
        case
            when statuses.previous_period_end >= scopes.data_begins_on then statuses.comparability
            else 'unknown'
        end
    {%- endset -%}
    {%- set previous -%}
        case
            when {{ comparability }} in ('comparable', 'bridged') and lag({{ figures }}.period_end) over earlier = statuses.previous_period_end
                then lag({{ figures }}.{{ change_of }}) over earlier
        end
    {%- endset %}
    select
        {{ figures }}.*,
        {%- if change_of %}
        {{ previous }} as previous_value,
        case when statuses.is_complete then round({{ figures }}.{{ change_of }} - {{ previous }}, 12) end as change,
        cast(
            case
                when {{ figures }}.{{ change_of }} is null then 'no_value'
                when {{ comparability }} = 'not_comparable' then 'not_comparable'
                when {{ comparability }} = 'unknown' then 'earlier_period_unknown'
                when {{ previous }} is null then 'no_previous_value'
                when not statuses.is_complete then 'period_not_over'
            end as varchar
        ) as not_compared_reason,
        {%- endif %}
        {%- if is_complete %}
        {{ is_complete }} as is_complete,
        {%- endif %}
        cast({{ status }} as varchar) as collection_status,
        cast({{ comparability }} as varchar) as comparability,
        cast(
            case
                when statuses.year_ago_period_end >= scopes.data_begins_on then statuses.comparability_year_ago
                else 'unknown'
            end as varchar
        ) as comparability_year_ago,
        cast(
            case
                when {{ status }} not in ('whole', 'unknown') or statuses.previous_period_end >= scopes.data_begins_on
                    then statuses.comparability_reasons
            end as varchar
        ) as comparability_reasons,
        cast(
            case when statuses.year_ago_period_end >= scopes.data_begins_on then statuses.comparability_year_ago_reasons end
            as varchar
        ) as comparability_year_ago_reasons,
        cast(
            case
                {%- if value %}
                when {{ is_unknown(figures) }} and {{ value }} is null then 'L'
                {%- endif %}
                when {{ comparability }} = 'not_comparable' then 'B'
                when not statuses.is_complete then 'P'
                when statuses.is_complete then 'A'
                else 'unknown'
            end as varchar
        ) as observation_status
    from {{ figures }}
    {{ join_collection(figures, type, id, metric, pipeline) }}
    {%- if change_of %}
    window earlier as (partition by {{ keys }}, {{ figures }}.period_type order by {{ figures }}.period_start)
    {%- endif %}
{%- endmacro %}


{#- Joins how `rows` were collected, as `scopes` and `statuses`. -#}
{% macro join_collection(rows, type, id, metric, pipeline="''") -%}
    left join {{ ref('int_collection_scopes_assigned') }} as scopes
        on
            {{ type }} = scopes.segment_type
            and {{ id }} = scopes.segment_id
            and {{ metric }} = scopes.metric
            and {{ pipeline }} = scopes.pipeline
    left join {{ ref('int_collection_statuses') }} as statuses
        on
            scopes.scope_id = statuses.scope_id
            and {{ rows }}.period_type = statuses.period_type
            and {{ rows }}.period_start = statuses.period_start
{%- endmacro %}


{#- Whether a row ends before the first record of its metric, in days of which a break says that they may not be recorded. -#}
{% macro is_before_all_records(rows) -%}
    statuses.collection_status = 'partial' and {{ rows }}.period_end < scopes.data_begins_on
{%- endmacro %}


{#- Whether nothing is known of a row without a record. -#}
{% macro is_unknown(rows) -%}
    (statuses.collection_status = 'not_recorded' or ({{ is_before_all_records(rows) }}))
{%- endmacro %}


{#- The figure of a period without a record: zero, or null where nothing was recorded. -#}
{% macro none_or_unknown(rows) -%}
    case when {{ is_unknown(rows) }} then null else 0 end
{%- endmacro %}


{#- What was credited in a row of int_attainments_measured that is joined to its collection; where nothing was, 0 or unknown. -#}
{% macro actual_amount(measured) -%}
    case
        when {{ measured }}.is_recorded
            then coalesce({{ measured }}.credited_amount, cast({{ none_or_unknown(measured) }} as decimal(18, 2)))
    end
{%- endmacro %}


{#- The metric of a row of the win rates, by its definition. -#}
{% macro win_rate_metric(definition) -%}
    case {{ definition }} when 'won_of_closed_amount' then 'won_of_closed_amount' else 'win_rate' end
{%- endmacro %}


{#- The version of the published columns: raised when one changes its name or its meaning. -#}
{% macro contract_version() -%}
    '2.1'
{%- endmacro %}


{#- Whether a break lies within a period: one that has passed when it overlaps the period, any other when it divides the period in two. -#}
{% macro break_lies_within(breaks, start, end) -%}
    case
        when {{ breaks }}.ends_on is not null then {{ breaks }}.starts_on <= {{ end }} and {{ breaks }}.ends_on >= {{ start }}
        else {{ breaks }}.starts_on > {{ start }} and {{ breaks }}.starts_on <= {{ end }}
    end
{%- endmacro %}


{#- Whether a break divides a period from an earlier one: one that has passed when it overlaps either of them. -#}
{% macro break_divides(breaks, start, end, earlier_start, earlier_end) -%}
    case
        when {{ breaks }}.ends_on is not null
            then
                ({{ breaks }}.starts_on <= {{ end }} and {{ breaks }}.ends_on >= {{ start }})
                or ({{ breaks }}.starts_on <= {{ earlier_end }} and {{ breaks }}.ends_on >= {{ earlier_start }})
        else {{ breaks }}.starts_on > {{ earlier_start }} and {{ breaks }}.starts_on <= {{ end }}
    end
{%- endmacro %}


{#- CTEs up to `evaluated`: how each of `rows` was collected, what it may be compared with and the breaks that are the reason of either. A row is one
    of the `keys` and begins on `start`; is_recorded says whether anything was recorded, previous_start and year_ago_start name the rows
    that it is compared with. `affecting` are the breaks that affect it. -#}
{% macro comparability_by_breaks(rows, affecting, keys, start) -%}
{%- set key = (keys + [start]) | join(', ') -%}
breaks_summed as (
    select
        {{ key }},
        bool_or(is_partial) as is_partial,
        bool_or(is_within) as has_break,
        {%- for earlier in ['previous', 'year_ago'] %}
        bool_or(divides_from_{{ earlier }}) as is_divided_from_{{ earlier }},
        bool_or(is_bridged_from_{{ earlier }}) as is_bridged_from_{{ earlier }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ affecting }}
    group by {{ key }}
),

collected as (
    select
        {{ rows }}.*,
        {%- for earlier in ['previous', 'year_ago'] %}
        breaks_summed.is_divided_from_{{ earlier }},
        breaks_summed.is_bridged_from_{{ earlier }},
        {%- endfor %}
        case
            when not {{ rows }}.is_recorded then 'not_recorded'
            when breaks_summed.is_partial then 'partial'
            when breaks_summed.has_break then 'mixed'
            else 'whole'
        end as collection_status
    from {{ rows }}
    left join breaks_summed using ({{ key }})
),

compared as (
    select
        collected.*,
        {%- for earlier in ['previous', 'year_ago'] %}
        case
            when coalesce({{ earlier }}.collection_status, 'not_recorded') = 'not_recorded' then 'unknown'
            when collected.collection_status = 'not_recorded' or collected.is_divided_from_{{ earlier }} then 'not_comparable'
            when collected.is_bridged_from_{{ earlier }} then 'bridged'
            else 'comparable'
        end as comparability_{{ earlier }}{{ ',' if not loop.last }}
        {%- endfor %}
    from collected
    {%- for earlier in ['previous', 'year_ago'] %}
    left join collected as {{ earlier }}
        on
            {%- for key in keys %}
            collected.{{ key }} = {{ earlier }}.{{ key }} and
            {%- endfor %}
            collected.{{ earlier }}_start = {{ earlier }}.{{ start }}
    {%- endfor %}
),

reasons as (
    select
        {{ key }},
        {%- for earlier, name in {'previous': 'comparability_reasons', 'year_ago': 'comparability_year_ago_reasons'}.items() %}
        {%- set reason %}
            case
                when
                    {%- if earlier == 'previous' %}
                    {{ affecting }}.is_partial or {{ affecting }}.is_within or
                    {%- endif %}
                    (
                        compared.comparability_{{ earlier }} in ('not_comparable', 'bridged')
                        and ({{ affecting }}.divides_from_{{ earlier }} or {{ affecting }}.is_bridged_from_{{ earlier }})
                    )
                    then {{ affecting }}.break_id
            end
        {%- endset %}
        {{ listed_in_order(reason, affecting ~ '.break_id') }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from compared
    inner join {{ affecting }} using ({{ key }})
    group by {{ key }}
),

evaluated as (
    select
        compared.*,
        reasons.comparability_reasons,
        reasons.comparability_year_ago_reasons
    from compared
    left join reasons using ({{ key }})
)
{%- endmacro %}
