with

shares as (
    select * from {{ ref('int_restated_shares_summed') }}
),

teams as (
    select * from {{ ref('dim_teams') }}
),

figures as (
    select
        cast(shares.source as varchar) as source,
        cast(shares.team_id as varchar) as team_id,
        cast(coalesce(teams.team_name, 'All') as varchar) as team_name,
        cast(shares.metric as varchar) as metric,
        cast(shares.period_type as varchar) as period_type,
        shares.period_start,
        shares.period_end,
        cast(shares.days_after as integer) as days_after,
        shares.moved_amount,
        shares.current_amount,
        case
            when shares.current_amount <> 0
                then cast(shares.moved_amount as double) / cast(shares.current_amount as double)
        end as restated_share,
        shares.restated_record_count,
        shares.record_count
    from shares
    left join teams on shares.team_id = teams.team_id
),

final as (
    {{ with_comparability(
        'figures', "case when figures.team_id = 'all' then 'company' else 'team' end",
        "case when figures.team_id = 'all' then 'company' else figures.team_id end", 'figures.metric'
    ) }}
)

select * from final
