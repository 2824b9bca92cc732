with

final as (
    select
        cast(team_id as varchar) as team_id,
        cast(ancestor_team_id as varchar) as ancestor_team_id,
        cast(depth as integer) as depth
    from {{ ref('int_team_ancestors_expanded') }}
)

select * from final
