-- The milestones that a source records of its leads: those that any lead of it ever passed, and won where leads become deals.
with

entries as (
    select * from {{ ref('int_lead_entries_dated') }}
),

passed as (
    select
        source,
        stage,
        stage_order
    from entries
    where stage <> 'won'
    group by source, stage, stage_order
),

final as (
    select
        source,
        stage,
        row_number() over (partition by source order by stage_order) as position_in_track,
        false as is_won
    from passed
    union all
    select
        source,
        'won' as stage,
        count(*) + 1 as position_in_track,
        true as is_won
    from passed
    group by source
    having max(stage_order) = 4
)

select * from final
