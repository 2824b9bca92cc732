-- noqa: disable=LT02
-- What declared bridges say of values: the one that the register value_map does not know means what the other one means. Where the register
-- knows both, it has the last word.
with

rules as (
    select * from {{ ref('int_bridge_rules_read') }}
    where rule_kind is not null
),

value_maps as (
    select * from {{ ref('int_value_maps_in_force') }}
),

mapped_fields as (
    {% for object, column, fields in bridged_values() -%}
    select
        rules.change_id,
        rules.part_number,
        rules.rule_kind,
        rules.population,
        rules.effective_on,
        rules.source,
        rules.object,
        '{{ column }}' as field,
        rules.old_name,
        rules.new_name
    from rules
    where
        rules.object = '{{ object }}'
        and rules.field in ('{{ fields | join("', '") }}')
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

meanings as (
    select
        mapped_fields.change_id,
        mapped_fields.part_number,
        {%- for side, day in [('old', '-1'), ('new', '0')] %}
        min(
            case
                when
                    lower(value_maps.source_value) = lower(mapped_fields.{{ side }}_name)
                    and {{ add_days('mapped_fields.effective_on', day) }} >= value_maps.meaning_from
                    and {{ add_days('mapped_fields.effective_on', day) }} <= value_maps.meaning_to
                    then value_maps.mapped_value
            end
        ) as {{ side }}_value{{ ',' if not loop.last }}
        {%- endfor %}
    from mapped_fields
    inner join value_maps
        on
            mapped_fields.source = value_maps.source
            and mapped_fields.object = value_maps.object
            and mapped_fields.field = value_maps.field
    group by mapped_fields.change_id, mapped_fields.part_number
),

told as (
    select
        mapped_fields.*,
        {%- for side in ['old', 'new'] %}
        coalesce(meanings.{{ side }}_value, mapped_fields.{{ side }}_name) as {{ side }}_value,
        {{ is_known_to_all('mapped_fields.field', 'mapped_fields.' ~ side ~ '_name') }} as is_{{ side }}_known_to_all,
        meanings.{{ side }}_value is not null as is_{{ side }}_in_register{{ ',' if not loop.last }}
        {%- endfor %}
    from mapped_fields
    left join meanings
        on
            mapped_fields.change_id = meanings.change_id
            and mapped_fields.part_number = meanings.part_number
),

known as (
    select
        *,
        is_old_known_to_all or is_old_in_register as is_old_known,
        is_new_known_to_all or is_new_in_register as is_new_known
    from told
),

placed as (
    select
        change_id,
        part_number,
        rule_kind,
        source,
        object,
        field,
        population,
        case
            when not is_new_known then lower(new_name)
            when not is_old_known and rule_kind = 'renamed' then lower(old_name)
        end as source_value,
        case when is_new_known then new_value else old_value end as mapped_value,
        -- what is known to everybody by its own name cannot be what the old list lacked
        case
            when is_new_known_to_all and is_old_known_to_all then null
            when is_new_known_to_all then lower(old_name)
            else lower(new_name)
        end as label_bridged,
        lower(old_value) as old_value
    from known
),

final as (
    select
        change_id,
        part_number,
        source,
        object,
        field,
        source_value,
        mapped_value,
        population,
        rule_kind,
        label_bridged,
        old_value
    from placed
)

select * from final
