-- What numbers are shown by: the company, each team, each rep, and the deals that are nobody's.
with

final as (
    select
        'company' as segment_type,
        'company' as segment_id,
        'Company' as segment_name
    union all
    select
        'team' as segment_type,
        team_id as segment_id,
        team_name as segment_name
    from {{ ref('int_teams_matched') }}
    union all
    select
        'rep' as segment_type,
        rep_id as segment_id,
        rep_name as segment_name
    from {{ ref('int_reps_matched') }}
    union all
    select
        'rep' as segment_type,
        'unassigned' as segment_id,
        'Unassigned' as segment_name
)

select * from final
