{#- Rules of credit that hold for the deals of now and for those of then (int_credits_followed). `told` adds the days from which and until
    which the extracts told a credit, and keys by them. -#}

{#- An amount in the reporting currency, to the cent, half away from zero. -#}
{% macro in_reporting_currency(amount, rate) -%}
    cast(round({{ amount }} * {{ rate }}, 2) as decimal(18, 2))
{%- endmacro %}


{#- The metric that counts an activity of a type; none does of another type. -#}
{% macro metric_of_activity(activity_type) -%}
    case {{ activity_type }}
            when 'call' then 'calls'
            when 'email' then 'emails'
            when 'meeting' then 'meetings'
            when 'proposal' then 'proposals'
        end
{%- endmacro %}


{#- One of its metric for each of `rows` that has one, activities or leads: its rep's, in the team of the day. -#}
{% macro single_credits(rows, object, rep, credited_on, told=false) -%}
    select
        {{ rows }}.metric,
        {{ rows }}.{{ rep }} as rep_id,
        memberships.team_id,
        {{ rows }}.{{ credited_on }} as credited_on,
        cast(1 as decimal(28, 10)) as amount,
        {{ rows }}.source,
        '{{ object }}' as object,
        {{ rows }}.{{ object }}_id as object_id
        {%- if told %},
        {{ rows }}.known_from,
        {{ rows }}.known_to
        {%- endif %}
    from {{ rows }}
    left join memberships
        on
            {{ rows }}.{{ rep }} = memberships.rep_id
            and {{ rows }}.{{ credited_on }} between memberships.valid_from and memberships.valid_to
    where {{ rows }}.metric is not null
{%- endmacro %}
