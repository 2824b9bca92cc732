{#- The figures of a step of the funnel, as every mart of the funnel has them. -#}
{% macro funnel_columns(conversions) -%}
    cast({{ conversions }}."view" as varchar) as "view",
        cast({{ conversions }}.period_type as varchar) as period_type,
        {{ conversions }}.period_start,
        {{ conversions }}.period_end,
        cast({{ conversions }}.from_stage as varchar) as from_stage,
        cast({{ conversions }}.to_stage as varchar) as to_stage,
        {{ conversions }}.reached_count,
        {{ conversions }}.converted_count,
        {{ conversions }}.open_count,
        {{ conversions }}.lost_count,
        {{ conversions }}.conversion_rate,
        {{ conversions }}.skipped_count,
        {{ conversions }}.regressed_count,
        {{ conversions }}.reentered_count,
        {{ conversions }}.converted_within_30_days,
        {{ conversions }}.converted_within_60_days,
        {{ conversions }}.converted_within_90_days,
        {{ conversions }}.median_days_in_stage,
        {{ conversions }}.p90_days_in_stage,
        {{ conversions }}.completed_visit_count,
        {{ conversions }}.open_visit_count
{%- endmacro %}


{#- Whether the status of a lead says that it is lost. -#}
{% macro is_lost_lead_status(status) -%}
    coalesce(lower({{ status }}) in ('{{ var("lost_lead_statuses") | join("', '") }}'), false)
{%- endmacro %}


{#- CTEs up to stages_in_order: the open stages of the pipelines of `labels` in their order, and won after the last. `within` are columns
    that keep apart what is ordered side by side. -#}
{% macro stages_in_order(labels, within=[]) -%}
{%- set keys = within + ['pipeline'] -%}
stages as (
    select
        {{ keys | join(',\n        ') }},
        stage,
        min(stage_order) as stage_order
    from {{ labels }}
    where not is_closed
    group by {{ keys | join(', ') }}, stage
),

won_stages as (
    select
        {{ keys | join(',\n        ') }},
        min(stage) as stage
    from {{ labels }}
    where is_won
    group by {{ keys | join(', ') }}
),

numbered as (
    select
        {{ keys | join(',\n        ') }},
        stage,
        row_number() over (partition by {{ keys | join(', ') }} order by stage_order, stage) as position_in_pipeline,
        false as is_won
    from stages
),

stages_in_order as (
    select * from numbered
    union all
    select
        {%- for key in keys %}
        won_stages.{{ key }},
        {%- endfor %}
        won_stages.stage,
        coalesce(max(numbered.position_in_pipeline), 0) + 1 as position_in_pipeline,
        true as is_won
    from won_stages
    left join numbered
        on
            {%- for key in keys %}
            won_stages.{{ key }} = numbered.{{ key }}{{ ' and' if not loop.last }}
            {%- endfor %}
    group by {% for key in keys %}won_stages.{{ key }}, {% endfor %}won_stages.stage
)
{%- endmacro %}


{#- The steps of each track of `stages`: each pair of adjacent stages, the last stage → won, and the first stage → won. -#}
{% macro funnel_steps(stages) -%}
    select
        from_stages.subject_type,
        from_stages.track,
        from_stages.pipeline,
        from_stages.stage as from_stage,
        from_stages.position_in_track as from_position,
        to_stages.stage as to_stage,
        to_stages.position_in_track as to_position,
        to_stages.is_won as is_to_won
    from {{ stages }} as from_stages
    inner join {{ stages }} as to_stages
        on
            from_stages.subject_type = to_stages.subject_type
            and from_stages.track = to_stages.track
            and (
                to_stages.position_in_track = from_stages.position_in_track + 1
                or (from_stages.position_in_track = 1 and to_stages.is_won)
            )
    where not from_stages.is_won
{%- endmacro %}


{#- CTEs up to stages_reached: when what has `entries` first reached each of the `stages` of its track. -#}
{% macro stages_reached(entries, stages) -%}
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
    from {{ entries }} as entries
    inner join {{ stages }} as stages
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
    from {{ entries }} as entries
),

regressions as (
    select distinct
        subject_type,
        subject_id,
        position_in_track
    from moves
    where next_position < position_in_track
),

stages_reached as (
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
{%- endmacro %}


{#- Who reached from_stage of a step, and what became of it: of `reached` those of `subjects`. -#}
{% macro members_followed(steps, reached, subjects) -%}
    select
        reached.subject_type,
        reached.subject_id,
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        reached.reached_on,
        next_reached.reached_on as converted_on,
        reached.is_skipped,
        reached.is_regressed,
        reached.is_reentered,
        next_reached.subject_id is not null as is_converted,
        next_reached.subject_id is null and not subjects.is_closed as is_still_open,
        next_reached.subject_id is null and subjects.is_closed as is_lost,
        {{ days_between('reached.reached_on', 'next_reached.reached_on') }} as days_to_convert
    from {{ reached }} as reached
    inner join {{ steps }} as steps
        on
            reached.subject_type = steps.subject_type
            and reached.track = steps.track
            and reached.position_in_track = steps.from_position
    inner join {{ subjects }} as subjects
        on
            reached.subject_type = subjects.subject_type
            and reached.subject_id = subjects.subject_id
    left join {{ reached }} as next_reached
        on
            reached.subject_type = next_reached.subject_type
            and reached.subject_id = next_reached.subject_id
            and steps.to_position = next_reached.position_in_track
{%- endmacro %}


{#- CTEs up to funnel_moves: each entry of `entries` into from_stage of one of the `steps`, and each move forward that reaches its to_stage. -#}
{% macro funnel_moves(entries, steps) -%}
moves_in_order as (
    select
        *,
        coalesce(lag(position_in_track) over (
            partition by subject_type, subject_id order by event_number nulls last
        ), 0) as previous_position
    from {{ entries }}
),

reaching as (
    select
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        moves.subject_type,
        moves.subject_id,
        moves.entered_on as moved_on,
        1 as reached,
        0 as converted
    from moves_in_order as moves
    inner join {{ steps }} as steps
        on
            moves.subject_type = steps.subject_type
            and moves.track = steps.track
            and moves.position_in_track = steps.from_position
),

converting as (
    select
        steps.pipeline,
        steps.from_stage,
        steps.to_stage,
        moves.subject_type,
        moves.subject_id,
        moves.entered_on as moved_on,
        0 as reached,
        1 as converted
    from moves_in_order as moves
    inner join {{ steps }} as steps
        on
            moves.subject_type = steps.subject_type
            and moves.track = steps.track
            and moves.position_in_track >= steps.to_position
            and (moves.previous_position < steps.to_position or steps.is_to_won)
    where not steps.is_to_won or moves.is_standing_win
),

funnel_moves as (
    select * from reaching
    union all
    select * from converting
)
{%- endmacro %}


{#- CTEs up to final: `rows` of steps by segment and period. `counts` are what is counted of the rows, each with its expression; they are
    counted by `day` first: a day's counts are fewer than the rows, and each stands in four periods. -#}
{% macro counted_over_periods(rows, day, counts) -%}
{%- set keys = ['subject_type', 'pipeline', 'from_stage', 'to_stage'] -%}
counted_by_day as (
    select
        segments.segment_type,
        segments.segment_id,
        {%- for key in keys %}
        {{ rows }}.{{ key }},
        {%- endfor %}
        {{ rows }}.{{ day }} as counted_on,
        {%- for count, expression in counts.items() %}
        {{ expression }} as {{ count }}_count{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ rows }}
    inner join segments
        on
            {{ rows }}.subject_type = segments.subject_type
            and {{ rows }}.subject_id = segments.subject_id
    group by
        segments.segment_type,
        segments.segment_id,
        {%- for key in keys %}
        {{ rows }}.{{ key }},
        {%- endfor %}
        {{ rows }}.{{ day }}
),

final as (
    select
        counted_by_day.segment_type,
        counted_by_day.segment_id,
        counted_by_day.subject_type,
        counted_by_day.pipeline,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        counted_by_day.from_stage,
        counted_by_day.to_stage,
        {%- for count in counts %}
        cast(sum(counted_by_day.{{ count }}_count) as bigint) as {{ count }}_count{{ ',' if not loop.last }}
        {%- endfor %}
    from counted_by_day
    inner join period_dates on counted_by_day.counted_on = period_dates.date_day
    group by
        counted_by_day.segment_type,
        counted_by_day.segment_id,
        counted_by_day.subject_type,
        counted_by_day.pipeline,
        period_dates.period_type,
        period_dates.period_start,
        period_dates.period_end,
        counted_by_day.from_stage,
        counted_by_day.to_stage
)
{%- endmacro %}
