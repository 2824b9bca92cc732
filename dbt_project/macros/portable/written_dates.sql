{#- Dates, months, periods and instants as people, databases and spreadsheets write them. The ingest room reads these macros too. -#}

{#- The canonical text (2026-03-01, 2026-03-01 10:00:00, 2026-03-01 10:00:00.5+07:00) of a day or an instant that is written otherwise, null
    if it is none: 2026/3/1, 20260301, 1 Mar 2026, Mar 1, 2026; 10:00 PM; blanks before the offset, UTC and GMT; the number of days by which
    spreadsheets count, from 1954 to 2118. Of two numbers for day and month, nobody knows which is which. -#}
{% macro other_instant(expression) -%}
    {%- set zone = '(?:Z|UTC|GMT|(?:UTC|GMT)?[+-](?:0[0-9]|1[0-8]):?(?:[0-5][0-9])?(?: ?UTC)?)' -%}
    {%- set time = '([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)? *([AP]M)? *(' ~ zone ~ ')?(?:\\[[A-Z_/+-]+\\])?' -%}
    {%- set year_first = '(?i)^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:(?:T|,? +)' ~ time ~ ')?$' -%}
    {%- set day_first = '^(?:[A-Za-z]{3,9},? +)?([0-9]{1,2})[ ./-]+([A-Za-z]{3,9})[ .,/-]+([0-9]{4})\\b(.*)$' -%}
    {%- set month_first = '^(?:[A-Za-z]{3,9},? +)?([A-Za-z]{3,9})[ ./-]+([0-9]{1,2}),? +([0-9]{4})\\b(.*)$' -%}
    list_transform(list_transform(list_transform([{{ trimmed(expression) }}], lambda written: case
        when regexp_full_match(written, '(19|20|21)[0-9]{6}') then regexp_replace(written, '(....)(..)(..)', '\1-\2-\3')
        when regexp_matches(written, '^(19|20|21)[0-9]{6}T?[0-9]{6}([^0-9]|$)')
            then regexp_replace(written, '^(....)(..)(..)T?(..)(..)(..)', '\1-\2-\3 \4:\5:\6')
        when regexp_full_match(written, '[2-7][0-9]{4}([.,]0*)?')
            then cast(cast('1899-12-30' as date) + try_cast(left(written, 5) as integer) as varchar)
        when regexp_full_match(written, '[2-7][0-9]{4}[.,][0-9]+')
            then cast(cast('1899-12-30' as timestamp) + to_milliseconds(
                try_cast(round(try_cast(replace(written, ',', '.') as double) * 86400000) as bigint)) as varchar)
        when regexp_matches(written, '{{ day_first }}') then {{ named_month('written', day_first, '\\1 \\2 \\3') }}
        when regexp_matches(written, '{{ month_first }}') then {{ named_month('written', month_first, '\\2 \\1 \\3') }}
        else written end),
    lambda day_and_time: regexp_extract(day_and_time, '{{ year_first }}',
        ['year', 'month', 'day', 'hour', 'minute', 'second', 'fraction', 'half', 'zone'])),
    lambda part: case when part['year'] <> ''
        then part['year'] || '-' || lpad(part['month'], 2, '0') || '-' || lpad(part['day'], 2, '0') || case when part['hour'] = '' then ''
            else ' ' || case when part['half'] = '' then lpad(part['hour'], 2, '0')
                when try_cast(part['hour'] as integer) between 1 and 12 then lpad(cast(try_cast(part['hour'] as integer) % 12
                    + case when upper(part['half']) = 'PM' then 12 else 0 end as varchar), 2, '0') end
            || ':' || part['minute'] || ':' || coalesce(nullif(part['second'], ''), '00')
            || case when part['fraction'] = '' then '' else '.' || part['fraction'] end
            || case when part['zone'] = '' then ''
                else coalesce(nullif(regexp_extract(part['zone'], '[+-][0-9]{2}:?([0-9]{2})?'), ''), 'Z') end end end)[1]
{%- endmacro %}

{#- A text with the day, month and year of a pattern in `order` as 2026-03-01, and the rest behind it; null if the name is not that of a month
    in English, whole or its first three letters. -#}
{% macro named_month(written, pattern, order) -%}
    strftime(try_strptime(regexp_replace({{ written }}, '{{ pattern }}', '{{ order }}'), ['%d %b %Y', '%d %B %Y']), '%Y-%m-%d')
                || regexp_replace({{ written }}, '{{ pattern }}', '\4')
{%- endmacro %}

{#- The canonical text of a day or an instant, null if it is none; see other_instant. -#}
{% macro canonical_instant(expression) -%}
    {#- an offset behind minutes is not understood by casts: other_instant adds the seconds -#}
    {%- set time = '[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?(Z|[+-](0[0-9]|1[0-8])(:?[0-5][0-9])?)?)?' -%}
    case
        when regexp_full_match({{ expression }}, '[0-9]{4}-[0-9]{2}-[0-9]{2}({{ time }})?') then {{ expression }}
        when {{ looks_like(expression, '[0-9]{4}-[0-9]{2}-[0-9]{2}(' ~ time ~ ')?') }} then {{ trimmed(expression) }}
        when {{ expression }} is not null then {{ other_instant(expression) }}
    end
{%- endmacro %}

{#- The day in the text of an instant, as text, in no time zone; a text that is not an instant gives its first ten characters. -#}
{% macro day_of_instant(expression) -%}
    case
        when regexp_full_match({{ expression }}, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?') then substr({{ expression }}, 1, 10)
        when {{ expression }} is not null then substr(coalesce({{ other_instant(expression) }}, {{ trimmed(expression) }}), 1, 10)
    end
{%- endmacro %}

{#- Whether a text is a day and no instant. -#}
{% macro is_plain_date(expression) -%}
    coalesce(length({{ canonical_instant(expression) }}) = 10, false)
{%- endmacro %}

{#- A date or an instant written in `format` (strptime), as a timestamp. A year of two digits is not accepted. -#}
{% macro formatted_instant(expression, format) -%}
    {%- set read = "try_strptime(" ~ trimmed(expression) ~ ", '" ~ format ~ "')" -%}
    case when extract(year from {{ read }}) >= 1000 then {{ read }} end
{%- endmacro %}

{#- A date, written as canonical_instant understands it; the time of day must be midnight. With a `format` (strptime) that does not begin
    with the year it may be written in either way. -#}
{% macro parse_date(expression, format=none) -%}
    {%- set day = '[0-9]{4}-[0-9]{2}-[0-9]{2}' -%}
    {%- set midnight = '[T ]00:00(:00([.]0+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?' -%}
    {%- set written -%}
        case when regexp_full_match({{ expression }}, '{{ day }}') then try_cast({{ expression }} as date)
            when {{ looks_like(expression, day ~ '(' ~ midnight ~ ')?') }} then try_cast(substr({{ trimmed(expression) }}, 1, 10) as date)
            when {{ expression }} is not null
                then try_cast(regexp_extract({{ other_instant(expression) }}, '^({{ day }})({{ midnight }})?$', 1) as date) end
    {%- endset -%}
    {%- set formatted = 'cast(' ~ formatted_instant(expression, format) ~ ' as date)' -%}
    {{ written if not format else formatted if format.startswith('%Y') else 'coalesce(' ~ formatted ~ ', ' ~ written ~ ')' }}
{%- endmacro %}

{#- The first day of a month: a date as in parse_date, or 2026-07, 2026/7, 202607, 2026M07, 07/2026, Jul 2026, 2026 July. -#}
{% macro parse_month(expression, format=none) -%}
    {%- set text = trimmed(expression) -%}
    coalesce({{ parse_date(expression, format) }}, case
        when {{ looks_like(expression, '[0-9]{4}[-/. ]?M?[0-9]{2}|[0-9]{4}[-/.][0-9]') }}
            then try_cast(regexp_replace({{ text }}, '^([0-9]{4})[-/. ]?M?([0-9]{1,2})$', '\1-\2-01') as date)
        when {{ looks_like(expression, '[0-9]{1,2}[-/. ][0-9]{4}') }}
            then try_cast(regexp_replace({{ text }}, '^([0-9]{1,2}).([0-9]{4})$', '\2-\1-01') as date)
        when {{ looks_like(expression, '[A-Za-z]{3,9}[-/., ]+[0-9]{4}|[0-9]{4}[-/., ]+[A-Za-z]{3,9}') }}
            then cast(try_strptime(regexp_replace({{ text }}, '[-/., ]+', ' '), ['%b %Y', '%B %Y', '%Y %b', '%Y %B']) as date) end)
{%- endmacro %}

{#- The first day of a period: a month as in parse_month; a week as 2026-W05; a quarter as Q3 2026 or 2026-Q3 and a year as 2026 where the
    fiscal year is the calendar year; FY2026 and FY2026 Q3 always: a fiscal year is named by the year in which it ends. -#}
{% macro parse_period(expression, fiscal_year_start_month, format=none) -%}
    {%- set fiscal = '(?:FY ?)' ~ ('?' if fiscal_year_start_month == 1 else '') -%}
    {%- set quarter_first = '(?i)^' ~ fiscal ~ 'Q([1-4])[-/., ]*([0-9]{4})$|^Q([1-4])[-/., ]*' ~ fiscal ~ '([0-9]{4})$' -%}
    {%- set year_first = '(?i)^' ~ fiscal ~ '([0-9]{4})[-/., ]*(?:Q([1-4]))?$' -%}
    coalesce({{ parse_month(expression, format) }}, list_transform([{{ trimmed(expression) }}], lambda written: case
        when regexp_full_match(written, '[0-9]{4}-?W(0[1-9]|[1-4][0-9]|5[0-2])')
            then cast(date_trunc('week', try_cast(left(written, 4) || '-01-04' as date))
                + to_days(7 * (try_cast(right(written, 2) as integer) - 1)) as date)
        when regexp_matches(written, '{{ year_first }}')
            then {{ fiscal_quarter_start(year_first, '\\1', '\\2', fiscal_year_start_month) }}
        when regexp_matches(written, '{{ quarter_first }}')
            then {{ fiscal_quarter_start(quarter_first, '\\2\\4', '\\1\\3', fiscal_year_start_month) }} end)[1])
{%- endmacro %}

{#- The first day of the fiscal quarter that a pattern finds in `written`, of the year where it finds no quarter. -#}
{% macro fiscal_quarter_start(pattern, year, quarter, fiscal_year_start_month) -%}
    cast(try_cast(regexp_replace(written, '{{ pattern }}', '{{ year }}') || '-01-01' as date)
                + to_months({{ fiscal_year_start_month - 1 - (12 if fiscal_year_start_month > 1 else 0) }}
                + 3 * (coalesce(try_cast(regexp_replace(written, '{{ pattern }}', '{{ quarter }}') as integer), 1) - 1)) as date)
{%- endmacro %}
