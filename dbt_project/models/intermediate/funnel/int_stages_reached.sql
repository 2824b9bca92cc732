-- When a deal or a lead first reached each stage: its first entry into that stage or any later one; going back never unreaches it.
-- Won is reached only while the deal is won.
with

entries as (
    select * from {{ ref('int_funnel_entries_unioned') }}
),

stages as (
    select * from {{ ref('int_funnel_stages_listed') }}
),

reached as (
    select
        entries.subject_type,
        entries.subject_id,
        entries.track,
        stages.stage,
        stages.position_in_track,
        stages.is_won,
        min(entries.entered_on) as reached_on,
        count(case
            when entries.position_in_track = stages.position_in_track then 1
        end) as entry_count
    from entries
    inner join stages
        on
            entries.subject_type = stages.subject_type
            and entries.track = stages.track
            and entries.position_in_track >= stages.position_in_track
    where not stages.is_won or entries.is_standing_win
    group by
        entries.subject_type,
        entries.subject_id,
        entries.track,
        stages.stage,
        stages.position_in_track,
        stages.is_won
),

-- the move out of a stage is the next entry; a smaller position is a step back
moves as (
    select
        subject_type,
        subject_id,
        position_in_track,
        lead(position_in_track) over (
            partition by subject_type, subject_id order by event_number nulls last
        ) as next_position
    from entries
),

regressions as (
    select distinct
        subject_type,
        subject_id,
        position_in_track
    from moves
    where next_position < position_in_track
),

final as (
    select
        reached.subject_type,
        reached.subject_id,
        reached.track,
        reached.stage,
        reached.position_in_track,
        reached.is_won,
        reached.reached_on,
        reached.entry_count = 0 as is_skipped,
        reached.entry_count > 1 as is_reentered,
        regressions.subject_id is not null as is_regressed
    from reached
    left join regressions
        on
            reached.subject_type = regressions.subject_type
            and reached.subject_id = regressions.subject_id
            and reached.position_in_track = regressions.position_in_track
)

select * from final
