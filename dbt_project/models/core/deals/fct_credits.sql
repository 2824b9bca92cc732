-- Who is credited with how much of a won deal. Each share is rounded to cents and the residual goes to the largest share
-- (tie: the smallest rep id), so that credits sum to the deal. A share goes to the team its rep is in on the close date.
with

won as (
    select * from {{ ref('fct_opportunities') }}
    where is_won and closed_on is not null
),

splits as (
    select
        opportunity_id,
        rep_id,
        sum(share) as share
    from {{ ref('int_opportunity_splits_validated') }}
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

settled as (
    {{ settled_shares('shares', ['opportunity_id']) }}
),

final as (
    select
        settled.opportunity_id,
        settled.rep_id,
        memberships.team_id,
        settled.share,
        settled.credited_amount,
        settled.closed_on
    from settled
    left join {{ ref('int_team_memberships_dated') }} as memberships
        on
            settled.rep_id = memberships.rep_id
            and settled.closed_on between memberships.valid_from and memberships.valid_to
)

select * from final
