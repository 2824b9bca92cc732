-- Period view of the funnel: what entered from_stage in a period, and what moved forward to to_stage or beyond in it.
with

steps as (
    select * from {{ ref('int_funnel_steps_listed') }}
),

entries as (
    select * from {{ ref('int_funnel_entries_unioned') }}
),

subjects as (
    select * from {{ ref('int_funnel_subjects_unioned') }}
),

segments as (
    select * from {{ ref('int_funnel_segments_expanded') }}
),

period_dates as (
    select * from {{ ref('int_period_dates_expanded') }}
),

{{ funnel_moves('entries', 'steps') }},

moves_of_subjects as (
    select funnel_moves.*
    from funnel_moves
    inner join subjects
        on
            funnel_moves.subject_type = subjects.subject_type
            and funnel_moves.subject_id = subjects.subject_id
),

{{ counted_over_periods('moves_of_subjects', 'moved_on', {
    'reached': 'sum(moves_of_subjects.reached)',
    'converted': 'sum(moves_of_subjects.converted)',
}) }}

select * from final
