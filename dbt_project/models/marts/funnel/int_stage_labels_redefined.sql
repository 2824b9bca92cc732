-- The stage labels that each bridged change introduced, and how the definition before it reads them: a renamed label is unknown to it,
-- an inserted one is a part of the old stage. A rule that names no label means the labels of a canonical stage.
with

bridges as (
    select * from {{ ref('int_stage_bridges') }}
),

labels as (
    select * from {{ ref('int_stage_labels_mapped') }}
),

matched as (
    select
        bridges.change_id as break_id,
        labels.source,
        labels.source_pipeline,
        labels.source_stage,
        labels.pipeline,
        case when bridges.rule_kind = 'inserted' then bridges.old_stage end as former_stage,
        {{ folded('labels.source_stage') }} = {{ folded('bridges.new_name') }} as is_label,
        max(case when {{ folded('labels.source_stage') }} = {{ folded('bridges.new_name') }} then 1 else 0 end) over (
            partition by bridges.change_id, bridges.part_number, labels.source_pipeline
        ) as label_count,
        row_number() over (
            partition by bridges.change_id, labels.source, labels.source_pipeline, labels.source_stage
            order by
                case when {{ folded('labels.source_stage') }} = {{ folded('bridges.new_name') }} then 0 else 1 end,
                case when bridges.pipeline is not null then 0 else 1 end,
                bridges.part_number
        ) as position_of_rule
    from bridges
    inner join labels
        on
            bridges.source = labels.source
            and (bridges.pipeline is null or bridges.pipeline = labels.source_pipeline)
            and {{ folded('bridges.new_name') }} in ({{ folded('labels.source_stage') }}, {{ folded('labels.stage') }})
            and {{ folded('bridges.old_name') }} <> {{ folded('labels.source_stage') }}
),

final as (
    select
        break_id,
        'before ' || break_id as definition,
        source,
        source_pipeline,
        source_stage,
        pipeline,
        former_stage
    from matched
    where position_of_rule = 1 and (is_label or label_count = 0)
)

select * from final
