-- noqa: disable=LT02,LT05
-- What declared bridges say of values: the value that the register value_map does not know means what the other one means. Where
-- the register knows both, it has the last word.
with

rules as (
    select
        change_id,
        part_number,
        rule_kind,
        effective_on,
        source,
        object,
        case
            when object = 'activity' and field = 'rows' then 'activity_type'
            when object = 'lead' and field = 'source' then 'lead_source'
            else field
        end as field,
        old_name,
        new_name
    from {{ ref('int_bridge_rules_read') }}
    where rule_kind is not null
),

rules_of_values as (
    select * from rules
    where
        (object = 'activity' and field in ('activity_type', 'direction'))
        or (object = 'opportunity' and field in ('opportunity_type', 'loss_reason'))
        or (object = 'lead' and field = 'lead_source')
),

value_maps as (
    select * from {{ ref('int_value_maps_in_force') }}
),

meanings as (
    select
        rules_of_values.change_id,
        rules_of_values.part_number,
        {%- for side, day in [('old', '-1'), ('new', '0')] %}
        min(
            case
                when
                    {{ folded('value_maps.source_value') }} = {{ folded('rules_of_values.' ~ side ~ '_name') }}
                    and {{ add_days('rules_of_values.effective_on', day) }} >= value_maps.meaning_from
                    and {{ add_days('rules_of_values.effective_on', day) }} <= value_maps.meaning_to
                    then value_maps.mapped_value
            end
        ) as {{ side }}_value{{ ',' if not loop.last }}
        {%- endfor %}
    from rules_of_values
    inner join value_maps using (source, object, field)
    group by rules_of_values.change_id, rules_of_values.part_number
),

-- the project's own values need no register
canonical_values as (
    select
        'activity_type' as field,
        activity_type as value
    from {{ ref('activity_types') }}
    union all
    select
        'direction' as field,
        'outbound' as value
    union all
    select
        'direction' as field,
        'inbound' as value
),

known as (
    select
        rules_of_values.*,
        {%- for side in ['old', 'new'] %}
        coalesce(meanings.{{ side }}_value, rules_of_values.{{ side }}_name) as {{ side }}_value,
        {{ side }}_canonical.value is not null as is_{{ side }}_canonical,
        {{ side }}_canonical.value is not null or meanings.{{ side }}_value is not null as is_{{ side }}_known{{ ',' if not loop.last }}
        {%- endfor %}
    from rules_of_values
    left join meanings using (change_id, part_number)
    {%- for side in ['old', 'new'] %}
    left join canonical_values as {{ side }}_canonical
        on
            rules_of_values.field = {{ side }}_canonical.field
            and {{ folded('rules_of_values.' ~ side ~ '_name') }} = {{ side }}_canonical.value
    {%- endfor %}
),

final as (
    select
        change_id,
        part_number,
        source,
        object,
        field,
        case
            when not is_new_known then {{ folded('new_name') }}
            when not is_old_known and rule_kind = 'renamed' then {{ folded('old_name') }}
        end as source_value,
        case when is_new_known then new_value else old_value end as mapped_value,
        rule_kind,
        -- a canonical value cannot be the one that the old list lacked
        case
            when is_new_canonical and is_old_canonical then null
            when is_new_canonical then {{ folded('old_name') }}
            else {{ folded('new_name') }}
        end as label_bridged,
        {{ folded('old_value') }} as old_value
    from known
)

select * from final
