-- Each entry of a deal or a lead into a stage of its track.
with

deal_entries as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        pipeline as track,
        event_number,
        stage,
        position_in_pipeline as position_in_track,
        is_won,
        entered_on,
        left_on,
        is_standing_win
    from {{ ref('int_stage_entries_numbered') }}
),

lead_entries as (
    select
        'lead' as subject_type,
        entries.lead_id as subject_id,
        entries.source as track,
        cast(entries.stage_order as bigint) as event_number,
        entries.stage,
        stages.position_in_track,
        stages.is_won,
        entries.entered_on,
        entries.left_on,
        stages.is_won as is_standing_win
    from {{ ref('int_lead_entries_dated') }} as entries
    inner join {{ ref('int_lead_stages_listed') }} as stages
        on
            entries.source = stages.source
            and entries.stage = stages.stage
),

final as (
    select * from deal_entries
    union all
    select * from lead_entries
)

select * from final
