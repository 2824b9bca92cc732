{#- Rules of credit that hold for the deals of now and for those of then (int_credits_followed). `told` adds the days from which and until
    which the extracts told a credit, and keys by them. -#}

{#- An amount in the reporting currency, to the cent, half away from zero. -#}
{% macro in_reporting_currency(amount, rate) -%}
    cast(round({{ amount }} * {{ rate }}, 2) as decimal(18, 2))
{%- endmacro %}


{#- The currency of a deal; of a source without a currency column the one that it declares. -#}
{% macro currency_of(rows, sources) -%}
    coalesce(
            {{ rows }}.currency,
            case when {{ sources }}.default_currency = 'reporting' then '{{ var("reporting_currency") }}' end,
            {{ sources }}.default_currency
        )
{%- endmacro %}


{#- `shares` of won deals with what each is credited: rounded to cents, and the residual goes to the largest share (tie: the smallest rep
    id), so that the credits of a deal, or of an edition of it, sum to it. -#}
{% macro settled_shares(shares, keys) -%}
    select
        rounded.*,
        cast(
            case
                when position_by_share = 1
                    then rounded_amount + amount_reporting - sum(rounded_amount) over (partition by {{ keys | join(', ') }})
                else rounded_amount
            end as decimal(18, 2)
        ) as credited_amount
    from (
        select
            *,
            cast(round(amount_reporting * share, 2) as decimal(18, 2)) as rounded_amount,
            row_number() over (
                partition by {{ keys | join(', ') }} order by share desc, rep_id asc
            ) as position_by_share
        from {{ shares }}
    ) as rounded
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
        {{ rows }}.told_from,
        {{ rows }}.told_until
        {%- endif %}
    from {{ rows }}
    left join memberships
        on
            {{ rows }}.{{ rep }} = memberships.rep_id
            and {{ rows }}.{{ credited_on }} between memberships.valid_from and memberships.valid_to
    where {{ rows }}.metric is not null
{%- endmacro %}


{#- The metrics of deals, from `credits` (of won deals), those of first customers, `units` by deal and `pipeline_created`. -#}
{% macro deal_metrics_credited(told=false) -%}
    {%- set metrics = [
        ('revenue_won', 'credits', 'closed_on', 'credits.credited_amount'),
        ('deals_won', 'credits', 'closed_on', 'credits.share'),
        ('new_customers', 'first_customers', 'closed_on', 'first_customers.share'),
        ('units_sold', 'credits', 'closed_on', 'units.quantity * credits.share'),
        ('pipeline_created', 'pipeline_created', 'created_on', 'pipeline_created.amount_created'),
    ] -%}
    {%- for metric, rows, credited_on, amount in metrics -%}
    select
        '{{ metric }}' as metric,
        {{ rows }}.rep_id,
        {{ rows }}.team_id,
        {{ rows }}.{{ credited_on }} as credited_on,
        cast({{ amount }} as decimal(28, 10)) as amount,
        {{ rows }}.source,
        'opportunity' as object,
        {{ rows }}.opportunity_id as object_id
        {%- if told %},
        {{ rows }}.told_from,
        {{ rows }}.told_until
        {%- endif %}
    from {{ rows }}
    {%- if metric == 'units_sold' %}
    inner join units
        on
            credits.opportunity_id = units.opportunity_id
            {%- if told %}
            and credits.told_from = units.told_from
            {%- endif %}
    {%- endif %}
    where {{ amount }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}
