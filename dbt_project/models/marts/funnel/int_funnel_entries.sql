-- Each entry of a deal or a lead into a stage, by each definition of its stage sequence, with the entries before and after it. The definition
-- before a bridged change does not know a renamed label, and reads an inserted one as the stage that it was a part of. A deal won on an
-- unknown date is neither converted nor lost: the funnel leaves it out, and the exclusion ledger lists it.
with

stages as (
    select * from {{ ref('int_funnel_stages') }}
),

entries as (
    select * from {{ ref('int_stage_entries') }}
    where is_outcome_dated
),

redefined as (
    select * from {{ ref('int_stage_labels_redefined') }}
),

definitions as (
    select distinct
        definition,
        subject_type,
        stage_sequence
    from stages
),

entries_by_definition as (
    select
        definitions.definition,
        entries.*,
        coalesce(redefined.former_stage, entries.stage) as stage_by_definition,
        redefined.definition is not null as is_redefined,
        redefined.definition is null or redefined.former_stage is not null as is_known
    from entries
    inner join definitions using (subject_type, stage_sequence)
    left join redefined using (definition, source, source_pipeline, source_stage)
),

counted as (
    select
        *,
        sum(case when is_redefined then 1 else 0 end) over (
            partition by definition, subject_type, subject_id
            order by event_number nulls last
            rows between unbounded preceding and current row
        ) as redefined_so_far
    from entries_by_definition
),

positioned as (
    select
        counted.*,
        stages.stage_position,
        lag(stages.stage_position) over entries_in_order as position_before,
        lag(counted.is_redefined) over entries_in_order as is_redefined_before,
        lag(counted.redefined_so_far) over entries_in_order as redefined_before
    from counted
    inner join stages
        on
            counted.definition = stages.definition
            and counted.subject_type = stages.subject_type
            and counted.stage_sequence = stages.stage_sequence
            and counted.is_won = stages.is_won
            and (counted.is_won or counted.stage_by_definition = stages.stage)
    where counted.is_known
    window entries_in_order as (
        partition by counted.definition, counted.subject_type, counted.subject_id order by counted.event_number nulls last
    )
),

-- an entry from the old stage into a part of it is not a move, nor is the return from a stage that is unknown
final as (
    select
        definition,
        subject_type,
        subject_id,
        stage_sequence,
        event_number,
        stage_by_definition as stage,
        stage_position,
        is_won,
        is_won_as_of,
        entered_on,
        left_on,
        is_closed,
        lag(stage_position) over entries_in_order as previous_position,
        lead(stage_position) over entries_in_order as next_position
    from positioned
    where
        is_won
        or position_before is distinct from stage_position
        or (not is_redefined_before and redefined_before = redefined_so_far)
    window entries_in_order as (partition by definition, subject_type, subject_id order by event_number nulls last)
)

select * from final
