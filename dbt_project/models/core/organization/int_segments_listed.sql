-- What numbers are shown by: the company, each team, each rep, and the deals that no rep owns.
with

final as (
    select
        'company' as segment_type,
        'company' as segment_id,
        'Company' as segment_name,
        false as is_leaf_team
    union all
    select
        'team' as segment_type,
        team_id as segment_id,
        team_name as segment_name,
        is_leaf_team
    from {{ ref('dim_teams') }}
    union all
    select
        'rep' as segment_type,
        rep_id as segment_id,
        rep_name as segment_name,
        false as is_leaf_team
    from {{ ref('dim_reps') }}
)

select * from final
