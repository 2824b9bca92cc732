{#- numerator ÷ denominator of two decimals with four and no decimal places, exact to 12 places, half away from zero:
    a double has too few digits for rupiah. Null where the denominator is 0. -#}
{% macro exact_quotient(numerator, denominator) -%}
    {%- set trillionths -%}
        ((abs(cast(cast({{ numerator }} as decimal(30, 4)) * 10000 as hugeint)) * 200000000
            // cast({{ denominator }} as hugeint) + 1) // 2)
    {%- endset -%}
    case
        when {{ denominator }} <> 0
            then (
                cast({{ trillionths }} // 1000000000000 as decimal(38, 12))
                + cast({{ trillionths }} % 1000000000000 as decimal(12, 0)) * cast(0.000000000001 as decimal(12, 12))
            ) * case when {{ numerator }} < 0 then -1 else 1 end
    end
{%- endmacro %}

{#- DuckDB keeps products, sums and differences of decimals of up to 18 digits within 18: where an amount is a factor, cast it to 20. -#}

{#- An amount with cents; null where it has more than 16 digits before them: an impossible sum does not stop the run. -#}
{% macro with_cents(expression) -%}
    try_cast({{ expression }} as decimal(18, 2))
{%- endmacro %}

{% macro median(expression) -%}
    percentile_cont(0.5) within group (order by {{ expression }})
{%- endmacro %}

{% macro percentile_10(expression) -%}
    percentile_cont(0.1) within group (order by {{ expression }})
{%- endmacro %}

{% macro percentile_90(expression) -%}
    percentile_cont(0.9) within group (order by {{ expression }})
{%- endmacro %}
