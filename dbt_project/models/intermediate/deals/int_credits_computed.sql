-- Who is credited with how much of a won deal. Each share is rounded to cents and the residual goes to the largest share
-- (tie: the smallest rep id), so that credits sum to the deal. A share goes to the team its rep is in on the close date.
with

won as (
    select * from {{ ref('int_opportunities_valued') }}
    where is_won and closed_on is not null
),

splits as (
    select
        opportunity_id,
        rep_id,
        sum(share) as share
    from {{ ref('int_opportunity_splits_resolved') }}
    where exclusion_reason is null
    group by opportunity_id, rep_id
),

shares as (
    select
        won.opportunity_id,
        coalesce(splits.rep_id, won.owner_id) as rep_id,
        cast(coalesce(splits.share, 1) as decimal(9, 6)) as share,
        won.amount_reporting,
        won.closed_on
    from won
    left join splits on won.opportunity_id = splits.opportunity_id
),

rounded as (
    select
        *,
        cast(round(amount_reporting * share, 2) as decimal(18, 2)) as rounded_amount,
        row_number() over (partition by opportunity_id order by share desc, rep_id asc) as position_by_share
    from shares
),

settled as (
    select
        *,
        case
            when position_by_share = 1
                then
                    rounded_amount
                    + amount_reporting
                    - sum(rounded_amount) over (partition by opportunity_id)
            else rounded_amount
        end as credited_amount
    from rounded
),

final as (
    select
        settled.opportunity_id,
        settled.rep_id,
        memberships.team_id,
        settled.share,
        cast(settled.credited_amount as decimal(18, 2)) as credited_amount,
        settled.closed_on
    from settled
    left join {{ ref('int_team_memberships_dated') }} as memberships
        on
            settled.rep_id = memberships.rep_id
            and settled.closed_on between memberships.valid_from and memberships.valid_to
)

select * from final
