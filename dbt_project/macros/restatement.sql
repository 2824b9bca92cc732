{#- The days after a period's end at which it is asked what the extracts had said, one row each. -#}
{% macro waits_after_period_end() -%}
    {%- for days in [0, 7, 30] %}
    select {{ days }} as days_after
    {{- ' union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- The spans of days between the days of `boundaries` (one row a `key` and day `told_from`): within one nothing was told anew. -#}
{% macro spans_between(boundaries, key) -%}
    select
        {{ key }},
        told_from,
        lead(told_from) over (partition by {{ key }} order by told_from) as told_until
    from {{ boundaries }}
{%- endmacro %}


{#- The days from which and until which `rows` of a `key` were told, or stood: between two of them nothing of it changes. -#}
{% macro days_told(rows, key, starts='told_from', ends='told_until') -%}
    select
        {{ key }},
        {{ starts }} as told_from
    from {{ rows }}
    union
    select
        {{ key }},
        {{ ends }} as told_from
    from {{ rows }}
    where {{ ends }} is not null
{%- endmacro %}


{#- Whether `rows` were told, or stood, throughout a span that begins on `day`. -#}
{% macro was_told_on(rows, day, starts='told_from', ends='told_until') -%}
    {{ rows }}.{{ starts }} <= {{ day }}
            and ({{ rows }}.{{ ends }} is null or {{ rows }}.{{ ends }} > {{ day }})
{%- endmacro %}


{#- From which day until which each of the `records` of one deal or lead is authoritative: the first from the beginning, each other one from
    its own time on and not before an extract had delivered it. `told` are the rows of the records, named by `id`. -#}
{% macro authoritative_records(records, told, id) -%}
    with

    first_told as (
        select
            {{ records }}.canonical_id,
            {{ records }}.source_id,
            {{ records }}.in_force_from,
            {{ records }}.in_force_to,
            row_number() over (
                partition by {{ records }}.canonical_id order by {{ records }}.in_force_from, {{ records }}.in_force_to
            ) as position_of_record,
            min({{ told }}.told_from) as told_from
        from {{ records }}
        inner join {{ told }} on {{ records }}.source_id = {{ told }}.{{ id }}
        group by
            {{ records }}.canonical_id,
            {{ records }}.source_id,
            {{ records }}.in_force_from,
            {{ records }}.in_force_to
    ),

    begun as (
        select
            *,
            case
                when position_of_record = 1 then cast('0001-01-01' as date)
                else greatest(in_force_from, told_from)
            end as authoritative_from
        from first_told
    )

    select
        source_id,
        authoritative_from,
        min(authoritative_from) over (
            partition by canonical_id
            order by position_of_record
            rows between 1 following and unbounded following
        ) as authoritative_until
    from begun
{%- endmacro %}


{#- The days from which and until which a staged row was told. -#}
{% macro told_days(rows) -%}
    {{ business_date(rows ~ '.extracted_at') }} as told_from,
        {{ business_date('case when not ' ~ rows ~ '.is_current then ' ~ rows ~ '.superseded_at end') }} as told_until
{%- endmacro %}
