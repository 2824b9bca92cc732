{#- Bounds of Wilson's 95 % interval of successes in trials, rounded to 12 digits so that a rerun is byte-equal.
    `bound` is '-' or '+'. Null where there are no trials. -#}
{% macro wilson_bound(successes, trials, bound) -%}
    {%- set z = '1.959963984540054' -%}
    {%- set n = 'cast(' ~ trials ~ ' as double)' -%}
    {%- set x = 'cast(' ~ successes ~ ' as double)' -%}
    case
        when {{ trials }} > 0
            then {{ 'greatest(0.0, ' if bound == '-' else 'least(1.0, ' }}round(
                (
                    {{ x }} + {{ z }} * {{ z }} / 2
                    {{ bound }} {{ z }} * sqrt(greatest(0.0, {{ x }} * ({{ n }} - {{ x }}) / {{ n }} + {{ z }} * {{ z }} / 4))
                ) / ({{ n }} + {{ z }} * {{ z }}), 12
            ))
    end
{%- endmacro %}


{#- Each peer in every group that holds the rep: role and segment, role, company; also where the rep's own comparison
    uses a narrower one. -#}
{% macro union_peer_groups(peers, columns) -%}
    {%- for peer_group in ['role_and_segment', 'role', "'company'"] %}
    select {{ peer_group }} as peer_group, {{ columns }}
    from {{ peers }}
    where {{ peer_group }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor -%}
{%- endmacro %}
