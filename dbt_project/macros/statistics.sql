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


{#- The quantile of the standard normal that leaves `probability` above it, by Acklam's rational approximation of the tail: to 9 digits
    for a probability of 0.025 and less. -#}
{% macro normal_tail_quantile(probability) -%}
    {%- set q = 'sqrt(-2 * ln(' ~ probability ~ '))' -%}
    -(
        (((((-0.007784894002430293 * {{ q }} - 0.3223964580411365) * {{ q }} - 2.400758277161838) * {{ q }}
        - 2.549732539343734) * {{ q }} + 4.374664141464968) * {{ q }} + 2.938163982698783)
        / ((((0.007784695709041462 * {{ q }} + 0.3224671290700398) * {{ q }} + 2.445134137142996) * {{ q }}
        + 3.754408661907416) * {{ q }} + 1)
    )
{%- endmacro %}


{#- The quantile of Student's t for the standard normal's quantile `z` by the Cornish-Fisher expansion, for 3 degrees of freedom and more,
    where it is less than 0.13 % too low for the 97.5 % quantile and less than 4 % for the 99.94 %; null for fewer. -#}
{% macro student_t_quantile(degrees_of_freedom, z='cast(1.959963984540054 as double)') -%}
    case
        when {{ degrees_of_freedom }} >= 3
            then {{ z }}
                + (power({{ z }}, 3) + {{ z }}) / (4 * {{ degrees_of_freedom }})
                + (5 * power({{ z }}, 5) + 16 * power({{ z }}, 3) + 3 * {{ z }}) / (96 * power({{ degrees_of_freedom }}, 2))
                + (3 * power({{ z }}, 7) + 19 * power({{ z }}, 5) + 17 * power({{ z }}, 3) - 15 * {{ z }})
                / (384 * power({{ degrees_of_freedom }}, 3))
                + (
                    79 * power({{ z }}, 9) + 776 * power({{ z }}, 7) + 1482 * power({{ z }}, 5)
                    - 1920 * power({{ z }}, 3) - 945 * {{ z }}
                ) / (92160 * power({{ degrees_of_freedom }}, 4))
    end
{%- endmacro %}


{#- Bounds of Welch's interval of the difference of two means, rounded to 12 digits: of 95 %, or of the standard normal's quantile `z`.
    `own` and `other` name the sides: each has columns <side>_mean, <side>_variance (of the sample) and <side>_count. Null with fewer
    than 3 degrees of freedom. -#}
{% macro welch_bound(own, other, bound, z='cast(1.959963984540054 as double)') -%}
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
        {{ bound }} {{ student_t_quantile(degrees_of_freedom, z) }} * sqrt({{ own_error }} + {{ other_error }}), 12
    )
{%- endmacro %}
