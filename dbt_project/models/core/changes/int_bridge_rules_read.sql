-- noqa: disable=LT02
-- The rules by which declared changes map old names to new ones, one row per part of a rule. A part that cannot be read has no
-- kind. docs/decisions/0008-bridges.md lists what can be written.
{% set quotes = '["\'\'“”‘’«»`]' %}
{% set signs = '=>|->|→|⇒|=' %}
{% set words = 'to|into|becomes|is now|is' %}
{% set leading_words = 'rename[ds]?|re-?map(?:ped)?|map(?:ped)?|bridge|stages?|types?|values?|insert(?:ed)?' %}

with

changes as (
    select
        change_key as change_id,
        source,
        object,
        field,
        effective_on,
        bridge_rule,
        row_number() over (
            partition by source_key
            order by row_hash desc, source_file asc, source_row asc
        ) as position_of_key
    from {{ ref('stg_registers__collection_changes') }}
    where is_current
),

divided as (
    select
        change_id,
        source,
        object,
        field,
        effective_on,
        {{ each_part('bridge_rule', ';') }} as written
    from changes
    where position_of_key = 1 and effective_on is not null and bridge_rule is not null
),

parts as (
    select
        change_id,
        source,
        object,
        field,
        effective_on,
        {{ trimmed('written') }} as rule_part,
        {{ trimmed(without_pattern(trimmed('written'), '^(?:(?:' ~ leading_words ~ ')\\s*:|renamed?\\s)')) }} as equation,
        row_number() over (partition by change_id order by {{ trimmed('written') }}) as part_number
    from divided
    where {{ trimmed('written') }} <> ''
),

sides as (
    select
        *,
        {%- for side, group in [('left_side', 1), ('right_side', 2)] %}
        coalesce(
            {{ part_of_pattern('equation', '(.+?)\\s*(?:' ~ signs ~ ')\\s*(.+)', group) }},
            {{ part_of_pattern(
                'equation', '(' ~ quotes ~ '.+' ~ quotes ~ ')\\s+(?:' ~ words ~ ')\\s+(' ~ quotes ~ '.+' ~ quotes ~ ')', group
            ) }},
            {{ part_of_pattern('equation', '(.+?)\\s+(?:' ~ words ~ ')\\s+(.+)', group) }}
        ) as {{ side }},
        {%- endfor %}
        {{ part_of_pattern('rule_part', 'insert(?:ed)?\\s*:?\\s+(.+?)\\s+after\\s+(.+)', 1) }} as inserted_name,
        {{ part_of_pattern('rule_part', 'insert(?:ed)?\\s*:?\\s+(.+?)\\s+after\\s+(.+)', 2) }} as after_name,
        {{ is_like_pattern('equation', '.*(?:' ~ signs ~ ').*') }} as has_sign
    from parts
),

-- a name that holds a sign or a word of the grammar must be quoted, else its end cannot be found
divided_once as (
    select
        *,
        case
            when has_sign then not {{ is_like_pattern('right_side', '.*(?:' ~ signs ~ ').*') }}
            when {{ is_like_pattern('right_side', quotes ~ '.+' ~ quotes) }} then true
            else not {{ is_like_pattern('right_side', '.*\\s(?:' ~ words ~ ')\\s.*') }}
        end as is_divided_once,
        {{ is_like_pattern('left_side', '.+\\sbefore') }} and {{ is_like_pattern('right_side', '.+\\safter') }} as has_times
    from sides
),

named as (
    select
        *,
        {%- for side in ['left', 'right'] %}
        case
            when has_times then {{ without_pattern(side ~ '_side', '\\s(?:before|after)$') }}
            else {{ side }}_side
        end as {{ side }}_name{{ ',' if not loop.last }}
        {%- endfor %}
    from divided_once
),

halved as (
    select
        *,
        {%- for half in [1, 2] %}
        {{ unquoted(part_of_pattern('right_name', '(.+?)\\s*(?:[+]|\\sor\\s)\\s*(.+)', half)) }} as half_{{ half }},
        {%- endfor %}
        {{ unquoted('left_name') }} as left_term,
        {{ unquoted('right_name') }} as right_term,
        {{ unquoted('inserted_name') }} as inserted_term,
        {{ unquoted('after_name') }} as after_term
    from named
),

understood as (
    select
        *,
        case
            when inserted_term is not null and inserted_term <> after_term then 'inserted'
            when not is_divided_once or left_term = '' or right_term = '' then null
            when lower(half_1) = lower(left_term) or lower(half_2) = lower(left_term) then 'inserted'
            when lower(left_term) <> lower(right_term) and half_2 is null then 'renamed'
            -- a plus belongs to a name where no part of it is the old name
            when lower(left_term) <> lower(right_term) and not {{ is_like_pattern('right_name', '.*[+].*') }} then 'renamed'
        end as rule_kind
    from halved
),

final as (
    select
        change_id,
        part_number,
        source,
        object,
        field,
        effective_on,
        rule_part,
        rule_kind,
        case when rule_kind is not null then coalesce(after_term, left_term) end as old_name,
        case rule_kind
            when 'inserted'
                then coalesce(inserted_term, case when lower(half_1) = lower(left_term) then half_2 else half_1 end)
            when 'renamed' then right_term
        end as new_name,
        -- of `Old = New + Old` the new one comes first
        case
            when rule_kind = 'inserted' and inserted_term is null and lower(half_2) = lower(left_term) then -1
            when rule_kind = 'inserted' then 1
        end as places_after
    from understood
)

select * from final
