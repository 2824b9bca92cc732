-- Each team once, under its canonical id, however many sources deliver it.
with

{{ steps_naming_parent_teams() }},

merged as (
    select
        cast(canonical_id as varchar) as team_id,
        {{ first_known('record_name') }} as team_name,
        cast({{ source_of_id('canonical_id') }} as varchar) as source,
        count(*) as record_count,
        {{ first_known('parent_team_id') }} as parent_team_id
    from with_parents
    group by canonical_id
),

final as (
    select
        *,
        not exists (
            select 1
            from merged as children
            where children.parent_team_id = merged.team_id
        ) as is_leaf_team
    from merged
)

select * from final
