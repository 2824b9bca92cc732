-- What declared bridges say of stages, for each pipeline of the register stage_map: a label that the register does not know means
-- what the other one of its rule means, and an inserted stage that it does not know gets its place next to the old one. Where the
-- register knows both, it has the last word.
with

rules as (
    select * from {{ ref('int_bridge_rules_read') }}
),

changes_set_aside as (
    select change_id
    from {{ ref('int_collection_changes_validated') }}
    group by change_id
    having count(case when exclusion_reason is null then 1 end) = 0
),

-- by rules in force alone
names as (
    select names.*
    from {{ ref('int_stage_rule_names') }} as names
    left join changes_set_aside on position(chr(31) || changes_set_aside.change_id || chr(30) in names.through_rules) > 0
    where changes_set_aside.change_id is null
),

stage_maps as (
    select * from {{ ref('int_stage_maps_in_force') }}
),

pipelines as (
    select distinct
        names.change_id,
        names.part_number,
        stage_maps.pipeline
    from names
    inner join stage_maps
        on
            names.source = stage_maps.source
            and names.name in ({{ folded('stage_maps.source_stage') }}, {{ folded('stage_maps.stage') }})
),

-- a rule may name a label of the source or a canonical stage; the label comes first, and the row that names the pipeline
candidates as (
    select
        names.change_id,
        names.part_number,
        names.side,
        pipelines.pipeline,
        stage_maps.stage,
        stage_maps.stage_order,
        stage_maps.is_closed,
        stage_maps.is_won,
        names.distance,
        row_number() over (
            partition by names.change_id, names.part_number, names.side, pipelines.pipeline
            order by
                names.distance asc,
                case when {{ folded('stage_maps.source_stage') }} = names.name then 0 else 1 end asc,
                case when stage_maps.pipeline is not null then 0 else 1 end asc,
                case when stage_maps.valid_from <= names.meant_on then 0 else 1 end asc,
                case when stage_maps.valid_from <= names.meant_on then stage_maps.valid_from end desc,
                stage_maps.valid_from asc,
                stage_maps.row_hash asc
        ) as position_of_meaning,
        max(case when names.distance = 0 then stage_maps.valid_to end) over (
            partition by names.change_id, names.part_number, names.side, pipelines.pipeline
        ) as known_to
    from names
    inner join pipelines using (change_id, part_number)
    inner join stage_maps
        on
            names.source = stage_maps.source
            and (stage_maps.pipeline is null or pipelines.pipeline = stage_maps.pipeline)
            and names.name in ({{ folded('stage_maps.source_stage') }}, {{ folded('stage_maps.stage') }})
),

compared as (
    select
        rules.*,
        pipelines.pipeline,
        {%- for side in ['old', 'new'] %}
        {{ side }}_meanings.stage as {{ side }}_stage,
        {{ side }}_meanings.stage_order as {{ side }}_stage_order,
        {{ side }}_meanings.is_closed as is_{{ side }}_closed,
        {{ side }}_meanings.is_won as is_{{ side }}_won,
        {%- endfor %}
        coalesce(old_meanings.distance = 0, false) as is_old_known,
        -- a meaning that ended before the day does not say what the label means now
        coalesce(new_meanings.known_to >= rules.effective_on, false) as is_new_known
    from rules
    inner join pipelines using (change_id, part_number)
    {%- for side in ['old', 'new'] %}
    left join candidates as {{ side }}_meanings
        on
            rules.change_id = {{ side }}_meanings.change_id
            and rules.part_number = {{ side }}_meanings.part_number
            and coalesce(pipelines.pipeline, '') = coalesce({{ side }}_meanings.pipeline, '')
            and {{ side }}_meanings.side = '{{ side }}'
            and {{ side }}_meanings.position_of_meaning = 1
    {%- endfor %}
),

with_unknown_side as (
    select
        *,
        case
            when not is_new_known and old_stage is not null then 'new'
            when not is_old_known and new_stage is not null and rule_kind = 'renamed' then 'old'
            else 'neither'
        end as side_unknown
    from compared
),

final as (
    select
        change_id,
        part_number,
        source,
        pipeline,
        rule_kind,
        old_name,
        new_name,
        coalesce(old_stage, new_stage) as old_stage,
        case
            when side_unknown = 'new' and rule_kind = 'inserted' then new_name
            when side_unknown = 'new' then old_stage
            else new_stage
        end as new_stage,
        case side_unknown when 'new' then new_name when 'old' then old_name end as bridged_label,
        case
            when side_unknown = 'new' then old_stage_order + coalesce(places_after, 0) * cast(0.001 as decimal(9, 3))
            else new_stage_order
        end as stage_order,
        case when side_unknown = 'new' then is_old_closed else is_new_closed end as is_closed,
        case when side_unknown = 'new' then is_old_won else is_new_won end as is_won,
        case when side_unknown = 'new' then effective_on else cast('0001-01-01' as date) end as valid_from
    from with_unknown_side
)

select * from final
