{#- The newest value of `column` up to this row: rows without one keep what was known, '' forgets it (null).
    The value travels behind its row's `position`, so that one running maximum does it in every dialect. -#}
{% macro last_known(column, partition_by, position='position') -%}
    nullif(
            substr(
                max(lpad(cast({{ position }} as varchar), 9, '0') || {{ column }}) over (
                    partition by {{ partition_by }}
                    order by {{ position }}
                    rows between unbounded preceding and current row
                ),
                10
            ),
            ''
        )
{%- endmacro %}

{#- The newest value of `column` up to this row. Where the log has none, the value of the first delivered row holds from the beginning.
    Rows have `new_<column>` and `is_logged`. -#}
{% macro known_or_first_delivered(column, partition_by, position='position') -%}
    coalesce(
            {{ last_known('new_' ~ column, partition_by, position) }},
            case
                when
                    max(case when is_logged and new_{{ column }} is not null then 1 else 0 end) over (
                        partition by {{ partition_by }}
                    ) = 0
                    and {{ position }} < min(case when not is_logged then {{ position }} end) over (
                        partition by {{ partition_by }}
                    )
                    then nullif(
                        substr(
                            min(
                                case
                                    when not is_logged
                                        then lpad(cast({{ position }} as varchar), 9, '0') || coalesce(new_{{ column }}, '')
                                end
                            ) over (partition by {{ partition_by }}),
                            10
                        ),
                        ''
                    )
            end
        )
{%- endmacro %}

{#- The `states` of deals with the instant at which each ended: the next known change or, after the last one, the extract that no longer
    has the deal, where `has_vanished`. `delivered_at` and `outdated_at` are the extracts that first delivered it and a newer one. -#}
{% macro ended_states(deals, has_vanished='true') -%}
    select
        *,
        case when has_log then coalesce(next_observed_at, vanished_at) else superseded_at end as ended_at,
        extracted_at as delivered_at,
        case
            when not has_log then superseded_at
            when coalesce(next_extracted_at, vanished_at) is not null
                then greatest(extracted_at, coalesce(next_extracted_at, vanished_at))
        end as outdated_at
    from (
        select
            states.*,
            min(states.extracted_at) over (
                partition by states.history_key
                order by states.position
                rows between 1 following and unbounded following
            ) as next_extracted_at,
            case when {{ has_vanished }} then vanished.vanished_at end as vanished_at
        from states
        left join (
            select
                deal_key,
                max(superseded_at) as vanished_at
            from {{ ref(deals) }}
            group by deal_key
            having max(case when is_current then 1 else 0 end) = 0
        ) as vanished on states.deal_key = vanished.deal_key
    ) as sequenced
{%- endmacro %}

{#- Which deal a row of `deals` describes, from when on, and whether `logged_deals` has it: from its last update on where the deal
    has a log, else from its extract on. A second row of a deal in one extract has a history of its own. -#}
{% macro delivered_state() -%}
    case
            when deals.is_current and deals.position_of_deal > 1
                then deals.deal_key || ' duplicate ' || cast(deals.position_of_deal as varchar)
            else deals.deal_key
        end as history_key,
        deals.deal_key,
        case
            when logged_deals.deal_key is null or deals.updated_at > deals.extracted_at then deals.extracted_at
            else coalesce(deals.updated_at, deals.extracted_at)
        end as observed_at,
        false as is_logged,
        logged_deals.deal_key is not null and not (deals.is_current and deals.position_of_deal > 1) as has_log
{%- endmacro %}

{#- The logged and the delivered states of each deal, in the order in which they became known. -#}
{% macro states_positioned(logged, delivered) -%}
    select
        *,
        row_number() over (
            partition by history_key
            order by
                observed_at,
                case when is_logged then 0 else 1 end,
                extracted_at,
                row_hash
        ) as position
    from (
        select * from {{ logged }}
        union all
        select * from {{ delivered }}
    ) as unioned
{%- endmacro %}

{#- The name of each pipeline of `stages`. -#}
{% macro pipelines_named(stages) -%}
    select
        pipeline_key,
        max(pipeline_name) as pipeline_name
    from {{ stages }}
    where pipeline_key is not null
    group by pipeline_key
{%- endmacro %}

{#- The days on which a staged row of `rows` was delivered and superseded. -#}
{% macro delivery_days(rows) -%}
    {{ business_date(rows ~ '.extracted_at') }} as delivered_on,
        {{ business_date('case when not ' ~ rows ~ '.is_current then ' ~ rows ~ '.superseded_at end') }} as superseded_on
{%- endmacro %}

{#- The intervals between the `days` (columns) of `rows` with one `key`: within an interval nothing changes. known_to is the first day of the
    next one, null for the last. -#}
{% macro intervals_between(rows, key, days) -%}
    select
        {{ key }},
        known_from,
        lead(known_from) over (partition by {{ key }} order by known_from) as known_to
    from (
        {%- for day in days %}
        select{{ ' distinct' if loop.length == 1 }}
            {{ key }},
            {{ day }} as known_from
        from {{ rows }}
        {{ 'union' if not loop.last }}
        {%- endfor %}
    ) as boundaries
    where {{ key }} is not null and known_from is not null
{%- endmacro %}

{#- Whether `rows` were known at the end of `day`: delivered by then, and not yet superseded. -#}
{% macro is_known_on(rows, day, known_from='delivered_on', known_to='superseded_on') -%}
    {{ rows }}.{{ known_from }} <= {{ day }}
            and coalesce({{ rows }}.{{ known_to }}, cast('9999-12-31' as date)) > {{ day }}
{%- endmacro %}
