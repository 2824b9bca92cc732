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


{#- Bounds of Newcombe's 95 % interval (hybrid of the two Wilson intervals) of the difference of two shares: successes in trials
    less `other_successes` in `other_trials`, rounded to 12 digits. `bound` is '-' or '+'. Null where either has no trials. -#}
{% macro newcombe_bound(successes, trials, other_successes, other_trials, bound) -%}
    {%- set other_bound = '+' if bound == '-' else '-' -%}
    {%- set share = 'cast(' ~ successes ~ ' as double) / nullif(cast(' ~ trials ~ ' as double), 0)' -%}
    {%- set other_share = 'cast(' ~ other_successes ~ ' as double) / nullif(cast(' ~ other_trials ~ ' as double), 0)' -%}
    round(
        {{ share }} - {{ other_share }}
        {{ bound }} sqrt(
            power({{ share }} - {{ wilson_bound(successes, trials, bound) }}, 2)
            + power({{ other_share }} - {{ wilson_bound(other_successes, other_trials, other_bound) }}, 2)
        ), 12
    )
{%- endmacro %}


{#- The 97.5 % quantile of Student's t by the Cornish-Fisher expansion, for 3 degrees of freedom and more, where it is less than
    0.13 % too low; null for fewer. -#}
{% macro student_t_quantile(degrees_of_freedom) -%}
    case
        when {{ degrees_of_freedom }} >= 3
            then 1.959963984540054
                + 2.372271230298562 / {{ degrees_of_freedom }}
                + 2.822498615739751 / power({{ degrees_of_freedom }}, 2)
                + 2.555849679507722 / power({{ degrees_of_freedom }}, 3)
                + 1.589534053393823 / power({{ degrees_of_freedom }}, 4)
    end
{%- endmacro %}


{#- Bounds of Welch's 95 % interval of the difference of two means, rounded to 12 digits. `own` and `other` name the sides: each has
    columns <side>_mean, <side>_variance (of the sample) and <side>_count. Null with fewer than 3 degrees of freedom. -#}
{% macro welch_bound(own, other, bound) -%}
    {%- set own_error = own ~ '_variance / nullif(' ~ own ~ '_count, 0)' -%}
    {%- set other_error = other ~ '_variance / nullif(' ~ other ~ '_count, 0)' -%}
    {%- set degrees_of_freedom -%}
        (power({{ own_error }} + {{ other_error }}, 2) / nullif(
            power({{ own_error }}, 2) / nullif({{ own }}_count - 1, 0)
            + power({{ other_error }}, 2) / nullif({{ other }}_count - 1, 0), 0
        ))
    {%- endset -%}
    round(
        {{ own }}_mean - {{ other }}_mean
        {{ bound }} {{ student_t_quantile(degrees_of_freedom) }} * sqrt({{ own_error }} + {{ other_error }}), 12
    )
{%- endmacro %}
