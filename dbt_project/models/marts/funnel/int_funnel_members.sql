-- What each step counts. In the cohort view: each deal and lead that reached from_stage, and what became of it by as_of. A stage is reached
-- by the first entry into it or any later one; a step back does not undo it. In the period view: each entry into from_stage, and each move
-- forward that reaches to_stage or a later stage. Won is reached only by what is won as of as_of.
with

entries as (
    select
        steps.definition,
        steps.subject_type,
        entries.subject_id,
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        steps.is_adjacent,
        entries.is_closed,
        entries.entered_on,
        entries.stage_position = steps.from_position as is_entry,
        entries.stage_position = steps.from_position and entries.next_position < steps.from_position as is_step_back,
        entries.stage_position >= steps.to_position and (entries.is_won_as_of or not steps.is_to_won) as is_conversion,
        steps.is_to_won or coalesce(entries.previous_position, 0) < steps.to_position as is_move_forward
    from {{ ref('int_funnel_entries') }} as entries
    inner join {{ ref('int_funnel_steps') }} as steps
        on
            entries.definition = steps.definition
            and entries.subject_type = steps.subject_type
            and entries.stage_sequence = steps.stage_sequence
            and entries.stage_position >= steps.from_position
),

reached as (
    select
        definition,
        subject_type,
        subject_id,
        pipeline,
        from_stage,
        to_stage,
        is_adjacent,
        is_closed,
        min(entered_on) as reached_on,
        min(case when is_conversion then entered_on end) as converted_on,
        count(case when is_entry then 1 end) as entry_count,
        count(case when is_step_back then 1 end) as step_back_count
    from entries
    group by definition, subject_type, subject_id, pipeline, from_stage, to_stage, is_adjacent, is_closed
),

final as (
    select
        'cohort' as "view",
        definition,
        subject_type,
        subject_id,
        pipeline,
        from_stage,
        to_stage,
        is_adjacent,
        reached_on as counted_on,
        true as is_reached,
        converted_on is not null as is_converted,
        converted_on,
        {{ days_between('reached_on', 'converted_on') }} as days_to_convert,
        converted_on is null and not is_closed as is_still_open,
        converted_on is null and is_closed as is_lost,
        entry_count = 0 as is_skipped,
        step_back_count > 0 as is_regressed,
        entry_count > 1 as is_reentered
    from reached
    union all
    select
        'period' as "view",
        definition,
        subject_type,
        subject_id,
        pipeline,
        from_stage,
        to_stage,
        is_adjacent,
        entered_on as counted_on,
        is_entry as is_reached,
        not is_entry as is_converted,
        cast(null as date) as converted_on,
        cast(null as bigint) as days_to_convert,
        cast(null as boolean) as is_still_open,
        cast(null as boolean) as is_lost,
        cast(null as boolean) as is_skipped,
        cast(null as boolean) as is_regressed,
        cast(null as boolean) as is_reentered
    from entries
    where is_entry or (is_conversion and is_move_forward)
)

select * from final
