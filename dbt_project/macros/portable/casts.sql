{#- All SQL that differs between DuckDB, Spark and Postgres is in this folder. Numbers, dates and booleans are read by these macros in the
    ingest room too (orchestration/ingest/values.py), so a value that ingest counted as unparsable is null here. -#}

{#- A number as a double, null if it is not a number that Kuota counts: without separators, or in `format` (1.234,50 or 1,234.50), in
    which separators of thousands may be left out; up to the whole number of so many `digits`. -#}
{% macro number_as_double(expression, format=none, digits=14) -%}
    {%- set pattern = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?' if not format
        else '[+-]?([0-9]{1,3}([' ~ format[1] ~ '][0-9]{3})+|[0-9]+)([' ~ format[5] ~ '][0-9]*)?' -%}
    {%- set number = 'try_cast(' ~ plain_number(expression, format) ~ ' as double)' -%}
    {%- set usual = "when regexp_full_match(" ~ expression ~ ", '[0-9]{1," ~ (digits - 1) ~ "}([.][0-9]+)?') then" -%}
    case {{ '' if format else usual ~ ' try_cast(' ~ expression ~ ' as double)' }}
        when {{ looks_like(signed(expression), pattern) }} and abs({{ number }}) <= 1e{{ digits }} - 1 then {{ number }}
    end
{%- endmacro %}

{#- −75, (75) and 75- are numbers below 0. -#}
{% macro signed(expression) -%}
    regexp_replace(replace({{ trimmed(expression) }}, '−', '-'), '^[(]([0-9][0-9.,]*)[)]$|^([0-9][0-9.,]*)-$', '-\1\2')
{%- endmacro %}

{% macro plain_number(expression, format=none) -%}
    {%- set text = signed(expression) -%}
    {{ text if not format else 'replace(replace(' ~ text ~ ", '" ~ format[1] ~ "', ''), '" ~ format[5] ~ "', '.')" }}
{%- endmacro %}

{#- A number as `type`, such as decimal(18, 4), null as in number_as_double, with as many digits before the point as fit into the type, 15
    at most, and null below `minimum`. sources/*.yml declares other numbers than 14 as `digits`, so that ingest knows. -#}
{% macro parse_number(expression, type, format=none, minimum=none) -%}
    {%- set width, places = type.split('(')[1].rstrip(')').split(',') -%}
    {%- set digits = [15, width | int - places | int] | min -%}
    {%- set usual = "when regexp_full_match(" ~ expression ~ ", '[0-9]{1," ~ (digits - 1) ~ "}([.][0-9]+)?') then" -%}
    case {{ '' if format else usual ~ ' try_cast(' ~ expression ~ ' as ' ~ type ~ ')' }}
        when {{ number_as_double(expression, format, digits) }} {{ 'is not null' if minimum is none else '>= ' ~ minimum }}
            then try_cast({{ plain_number(expression, format) }} as {{ type }})
    end
{%- endmacro %}

{#- A whole number of up to `digits` digits; a program may have written it as 7.0. -#}
{% macro parse_integer(expression, digits=9) -%}
    case when {{ looks_like(expression, '[+-]?0*[0-9]{1,' ~ digits ~ '}([.]0*)?') }}
        then cast(try_cast({{ trimmed(expression) }} as decimal(18, 6)) as integer) end
{%- endmacro %}

{#- true or false by the words of words_for_yes and words_for_no; anything else null. -#}
{% macro parse_boolean(expression) -%}
    case
        when {{ is_word('lower(' ~ trimmed(expression) ~ ')', words_for_yes()) }} then true
        when {{ is_word('lower(' ~ trimmed(expression) ~ ')', words_for_no()) }} then false
    end
{%- endmacro %}

{#- A text as it is compared and shown: in Unicode's composed form (é is one letter), with letters, digits and signs of full width (Ａ), kana of
    half width (ｶﾞ) and ligatures (ﬁ) as the usual ones. -#}
{% macro composed(expression) -%}
    {%- set wide = '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～　ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ' -%}
    {%- set usual = "!\"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゙゚" -%}
    case when strlen({{ expression }}) = length({{ expression }}) then {{ expression }}
        else nfc_normalize({{ without_ligatures("translate(" ~ expression ~ ", '" ~ wide ~ "', '" ~ usual ~ "')") }}) end
{%- endmacro %}

{% macro without_ligatures(expression) -%}
    {%- set letters = {'ﬃ': 'ffi', 'ﬄ': 'ffl', 'ﬀ': 'ff', 'ﬁ': 'fi', 'ﬂ': 'fl', 'ﬅ': 'st', 'ﬆ': 'st'} -%}
    {{ 'replace(' * (letters | length) }}{{ expression }}
    {%- for written, letter in letters.items() %}, '{{ written }}', '{{ letter }}'){% endfor %}
{%- endmacro %}

{#- A text without case, in composed form: ß is ss, and ς is σ. Letters keep their accents and vowel signs, composed or not. -#}
{% macro folded(expression) -%}
    replace(translate(lower({{ composed(expression) }}), 'ςſ', 'σs'), 'ß', 'ss')
{%- endmacro %}

{#- A name without case, punctuation and blanks, which systems write differently; null if nothing is left. By this one function names are
    matched across systems, and names that refer to a record are looked up. -#}
{% macro normalized_name(expression) -%}
    nullif(trim(regexp_replace({{ folded(expression) }}, '[^\p{L}\p{M}\p{N}]+', ' ', 'g')), '')
{%- endmacro %}

{#- A key by which a text is looked up in any spelling; it is never a text that a source delivers. -#}
{% macro any_spelling(key) -%}
    chr(31) || {{ key }}
{%- endmacro %}

{#- How many letters two names differ by. -#}
{% macro edit_distance(name, other_name) -%}
    levenshtein({{ name }}, {{ other_name }})
{%- endmacro %}

{#- One row for a name, and one for the name without each of its letters, as a select list item. -#}
{% macro each_near_name(name) -%}
    unnest(list_append(list_transform(
        range(1, length({{ name }}) + 1), lambda position: substr({{ name }}, 1, position - 1) || substr({{ name }}, position + 1)
    ), {{ name }}))
{%- endmacro %}

{#- A normalized name without certain words; `words` are separated by |. -#}
{% macro without_words(name, words) -%}
    trim(regexp_replace(regexp_replace({{ name }}, '\b({{ words }})\b', ' ', 'g'), ' +', ' ', 'g'))
{%- endmacro %}
