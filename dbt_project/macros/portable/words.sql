{#- What is blank around a value, and which texts stand for yes, for no and for an unknown value. The ingest room reads these macros too
    (orchestration/ingest/values.py), so this is the only place of each list; docs/real-exports.md explains them. -#}

{#- What is invisible around a value, as the content of a class in a pattern: blanks of every width, line ends, zero-width characters and
    joiners, soft hyphens, byte order marks, marks of direction and fillers. -#}
{% macro invisible() -%}
    \p{Z}\p{Cf}\p{Cc}\x{34F}\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}
{%- endmacro %}

{#- Text without what is invisible around it. -#}
{% macro trimmed(expression) -%}
    regexp_replace({{ expression }}, '^[{{ invisible() }}]+|[{{ invisible() }}]+$', '', 'g')
{%- endmacro %}

{#- Whether a text, without what is invisible around it, matches a pattern as a whole. -#}
{% macro looks_like(expression, pattern) -%}
    regexp_full_match({{ expression }}, '[{{ invisible() }}]*(?:{{ pattern }})[{{ invisible() }}]*')
{%- endmacro %}

{#- In lower case, compared in any case: English, German, Dutch, French, Spanish, Portuguese, Italian, Indonesian; Access writes -1. -#}
{% macro words_for_yes() -%}
    'true|t|yes|y|1|1.0|-1|on|ja|j|wahr|waar|oui|vrai|si|sí|sì|s|verdadero|vero|sim|verdadeiro|ya|benar'
{%- endmacro %}

{% macro words_for_no() -%}
    'false|f|no|n|0|0.0|off|nein|falsch|nee|onwaar|non|faux|falso|não|nao|tidak|salah'
{%- endmacro %}

{#- In lower case: outcomes of an activity that did not take place, or has not yet; statuses of open tasks. -#}
{% macro words_for_not_held() -%}
    'cancelled|canceled|no show|no-show|no_show|noshow|not held|did not attend|planned|scheduled|rescheduled|postponed'
{%- endmacro %}
{% macro words_for_open_tasks() %}'not started|in progress|waiting on someone else|deferred'{% endmacro %}

{% macro unknown_cells() -%}
    '#REF!|#VALUE!|#DIV/0!|#NAME?|#NUM!|#NULL!|#SPILL!|#CALC!|#FIELD!|#BLOCKED!|#CONNECT!|#GETTING_DATA|#BUSY!|'
    || '#UNKNOWN!|#ERROR!|#BEZUG!|#WERT!|#ZAHL!|#VALEUR!|#NOM?|#NOMBRE!|#¡REF!|#¡VALOR!|#¡DIV/0!|#¿NOMBRE?|#¡NUM!|'
    || '#VALORE!|#RIF!|#NOME?|#ÜBERLAUF!|#KALK!|#FELD!|#FORMULA!|#MERGED!'
{%- endmacro %}

{#- Whether a text is one of `words`, which are separated by |. DuckDB makes a join of a long IN and is slow to plan a long list. -#}
{% macro is_word(expression, words) -%}
    (contains('|' || {{ words }} || '|', '|' || {{ expression }} || '|') and not contains({{ expression }}, '|'))
{%- endmacro %}

{#- Whether a text says that a spreadsheet does not know the value of a cell: its formula has an error or no stored value, the cell is
    covered by a merged one, or its column was too narrow. -#}
{% macro is_unknown_cell(expression) -%}
    case
        when starts_with({{ expression }}, '#') then {{ is_word("upper(" ~ trimmed(expression) ~ ")", unknown_cells()) }}
        or regexp_full_match({{ expression }}, '#{3,}')
        when starts_with({{ expression }}, 'Err:') then regexp_full_match({{ expression }}, 'Err:[0-9]{3}')
        else false
    end
{%- endmacro %}
