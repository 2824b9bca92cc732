-- noqa: disable=LT02
-- The entries of deals into stages, by the old and by the new definition of each bridged change: by the old one, what was renamed is not
-- seen, and what was inserted is the stage that it was a part of.
with

entries as (
    select * from {{ ref('int_stage_entries_numbered') }}
),

stages as (
    select * from {{ ref('int_bridge_stages_listed') }}
),

redefined as (
    select * from {{ ref('int_stage_labels_redefined') }}
),

definitions as (
    select distinct
        break_id,
        definition,
        subject_type,
        track
    from stages
),

read_again as (
    select
        definitions.subject_type,
        definitions.track,
        entries.opportunity_id,
        entries.event_number,
        coalesce(redefined.former_stage, entries.stage) as stage,
        entries.is_won,
        entries.entered_on,
        entries.is_standing_win,
        redefined.break_id is not null as is_redefined,
        redefined.break_id is null or redefined.former_stage is not null as is_known,
        sum(case when redefined.break_id is null then 0 else 1 end) over (
            partition by definitions.subject_type, entries.opportunity_id
            order by entries.event_number nulls last
            rows between unbounded preceding and current row
        ) as redefined_so_far
    from entries
    inner join definitions on entries.pipeline = definitions.track
    left join redefined
        on
            definitions.break_id = redefined.break_id
            and definitions.definition = 'old'
            and entries.source = redefined.source
            and entries.source_pipeline = redefined.source_pipeline
            and entries.source_stage = redefined.source_stage
),

placed as (
    select
        read_again.subject_type,
        read_again.opportunity_id as subject_id,
        read_again.track,
        read_again.event_number,
        stages.stage,
        stages.position_in_track,
        read_again.is_won,
        read_again.entered_on,
        read_again.is_standing_win,
        read_again.redefined_so_far,
        lag(stages.position_in_track) over (entries_in_order) as previous_position,
        lag(read_again.is_redefined) over (entries_in_order) as is_previous_redefined,
        lag(read_again.redefined_so_far) over (entries_in_order) as previous_redefined_so_far
    from read_again
    inner join stages
        on
            read_again.subject_type = stages.subject_type
            and read_again.track = stages.track
            and read_again.is_won = stages.is_won
            and (read_again.is_won or read_again.stage = stages.stage)
    where read_again.is_known
    window entries_in_order as (
        partition by read_again.subject_type, read_again.opportunity_id order by read_again.event_number nulls last
    )
),

-- from the old stage into what is a part of it is no move, nor back from what is not seen
final as (
    select
        subject_type,
        subject_id,
        track,
        event_number,
        stage,
        position_in_track,
        is_won,
        entered_on,
        is_standing_win
    from placed
    where
        is_won
        or previous_position is distinct from position_in_track
        or (not is_previous_redefined and previous_redefined_so_far = redefined_so_far)
)

select * from final
