-- Each deal and lead that reached from_stage of a step, and what became of it by as_of. A stage is reached by the first entry into it or any
-- later one; a step back does not undo it. Won is reached only by what is won as of as_of.
with

entries as (
    select * from {{ ref('int_funnel_entries') }}
),

steps as (
    select * from {{ ref('int_funnel_steps') }}
),

reached as (
    select
        steps.definition,
        steps.subject_type,
        entries.subject_id,
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        steps.is_adjacent,
        entries.is_closed,
        min(entries.entered_on) as reached_on,
        min(case
            when
                entries.stage_position >= steps.to_position and (entries.is_won_as_of or not steps.is_to_won)
                then entries.entered_on
        end) as converted_on,
        count(case when entries.stage_position = steps.from_position then 1 end) as entry_count,
        count(case
            when entries.stage_position = steps.from_position and entries.next_position < steps.from_position then 1
        end) as step_back_count
    from entries
    inner join steps
        on
            entries.definition = steps.definition
            and entries.subject_type = steps.subject_type
            and entries.stage_sequence = steps.stage_sequence
            and entries.stage_position >= steps.from_position
    group by
        steps.definition,
        steps.subject_type,
        entries.subject_id,
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        steps.is_adjacent,
        entries.is_closed
),

final as (
    select
        definition,
        subject_type,
        subject_id,
        pipeline,
        from_stage,
        to_stage,
        is_adjacent,
        reached_on,
        converted_on,
        {{ days_between('reached_on', 'converted_on') }} as days_to_convert,
        converted_on is not null as is_converted,
        converted_on is null and not is_closed as is_still_open,
        converted_on is null and is_closed as is_lost,
        entry_count = 0 as is_skipped,
        step_back_count > 0 as is_regressed,
        entry_count > 1 as is_reentered
    from reached
)

select * from final
