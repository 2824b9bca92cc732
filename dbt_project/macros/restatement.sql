{#- The days after a period's end at which it is asked what the extracts had said, one row each. -#}
{% macro waits_after_period_end() -%}
    {%- for days in [0, 7, 30] %}
    select {{ days }} as days_after
    {{- ' union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- From when to when each of `states` (what a CRM's log tells of a deal) was the newest that had been delivered; of a deal that `vanished`
    the last one until then. -#}
{% macro version_history(has_vanished='true') -%}
followed as (
    select
        states.*,
        min(states.extracted_at) over (
            partition by states.history_key
            order by states.position
            rows between 1 following and unbounded following
        ) as next_delivered_at,
        case when {{ has_vanished }} then vanished.vanished_at end as vanished_at
    from states
    left join vanished on states.deal_key = vanished.deal_key
),

final as (
    select
        deal_key as opportunity_key,
        case when has_log then observed_at else extracted_at end as observed_at,
        row_hash,
        extracted_at as delivered_at,
        case
            when not has_log then superseded_at
            when coalesce(next_delivered_at, vanished_at) is not null
                then greatest(extracted_at, coalesce(next_delivered_at, vanished_at))
        end as superseded_at
    from followed
)
{%- endmacro %}


{#- The spans of days between the days of `boundaries` (one row a `key` and day `known_from`): within one nothing was told anew. -#}
{% macro spans_between(boundaries, key) -%}
    select
        {{ key }},
        known_from,
        lead(known_from) over (partition by {{ key }} order by known_from) as known_to
    from {{ boundaries }}
{%- endmacro %}


{#- The days from which and until which `rows` of a `key` were told, or stood: between two of them nothing of it changes. -#}
{% macro days_told(rows, key, starts='known_from', ends='known_to') -%}
    select
        {{ key }},
        {{ starts }} as known_from
    from {{ rows }}
    union
    select
        {{ key }},
        {{ ends }} as known_from
    from {{ rows }}
    where {{ ends }} is not null
{%- endmacro %}


{#- Whether `rows` were told, or stood, throughout a span that begins on `day`. -#}
{% macro was_told_on(rows, day, starts='known_from', ends='known_to') -%}
    {{ rows }}.{{ starts }} <= {{ day }}
            and ({{ rows }}.{{ ends }} is null or {{ rows }}.{{ ends }} > {{ day }})
{%- endmacro %}


{#- From which day until which each of the `records` that are one thing spoke for it: the first from the beginning, each other one from its
    own time on and not before an extract had told it. `told` are the rows of the records, named by `id`. -#}
{% macro speaking_records(records, told, id) -%}
    with

    first_told as (
        select
            {{ records }}.canonical_id,
            {{ records }}.source_record_id,
            {{ records }}.in_force_from,
            {{ records }}.in_force_to,
            row_number() over (
                partition by {{ records }}.canonical_id order by {{ records }}.in_force_from, {{ records }}.in_force_to
            ) as position_of_record,
            min({{ told }}.known_from) as known_from
        from {{ records }}
        inner join {{ told }} on {{ records }}.source_record_id = {{ told }}.{{ id }}
        group by
            {{ records }}.canonical_id,
            {{ records }}.source_record_id,
            {{ records }}.in_force_from,
            {{ records }}.in_force_to
    ),

    begun as (
        select
            *,
            case
                when position_of_record = 1 then cast('0001-01-01' as date)
                else greatest(in_force_from, known_from)
            end as speaks_from
        from first_told
    )

    select
        source_record_id,
        speaks_from,
        min(speaks_from) over (
            partition by canonical_id
            order by position_of_record
            rows between 1 following and unbounded following
        ) as speaks_until
    from begun
{%- endmacro %}


{#- The days from which and until which a staged row was told. -#}
{% macro told_days(rows) -%}
    {{ business_date(rows ~ '.extracted_at') }} as known_from,
        {{ business_date('case when not ' ~ rows ~ '.is_current then ' ~ rows ~ '.superseded_at end') }} as known_to
{%- endmacro %}
