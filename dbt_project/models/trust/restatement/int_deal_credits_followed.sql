-- What each edition of a deal credited to whom, by the metrics of deals: splits, lines, first customers and settled shares as they follow from what was
-- told then.
with

editions as (
    select * from {{ ref('int_opportunity_editions_resolved') }}
),

parts as (
    select * from {{ ref('int_opportunity_parts_told') }}
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep'
),

memberships as (
    select * from {{ ref('int_team_memberships') }}
),

won as (
    select * from editions
    where is_won and closed_on is not null
),

-- what another record of the deal left behind counts no more, or not yet
parts_told as (
    select
        won.told_from as edition_from,
        parts.*,
        row_number() over (
            partition by won.opportunity_id, won.told_from, parts.part, parts.source, parts.source_key
            order by parts.row_hash desc, parts.source_file asc, parts.source_row asc
        ) as position_of_row
    from won
    inner join parts
        on
            won.opportunity_id = parts.opportunity_id
            and {{ was_told_on('parts', 'won.told_from') }}
            and (
                parts.source_opportunity_id = won.source_opportunity_id
                or parts.source <> {{ source_of_id('parts.source_opportunity_id') }}
            )
),

splits as (
    select
        parts_told.opportunity_id,
        parts_told.edition_from as told_from,
        coalesce(rep_references.resolved_id, 'unassigned') as rep_id,
        parts_told.share,
        sum(parts_told.share) over deal_then as share_total,
        min(parts_told.share) over deal_then as smallest_share,
        count(*) over deal_then - count(parts_told.share) over deal_then as unreadable_shares
    from parts_told
    left join rep_references
        on
            parts_told.source = rep_references.scope
            and parts_told.rep_reference = rep_references.reference
    where
        parts_told.part = 'split'
        and parts_told.position_of_row = 1
        and parts_told.source_exclusion is null
        and coalesce(rep_references.candidate_count, 1) = 1
    window deal_then as (partition by parts_told.opportunity_id, parts_told.edition_from)
),

splits_that_hold as (
    select
        opportunity_id,
        told_from,
        rep_id,
        sum(share) as share
    from splits
    where share_total = 1 and smallest_share >= 0 and unreadable_shares = 0
    group by opportunity_id, told_from, rep_id
),

units as (
    select
        opportunity_id,
        edition_from as told_from,
        sum(quantity) as quantity
    from parts_told
    where part = 'line' and position_of_row = 1 and source_exclusion is null and quantity is not null
    group by opportunity_id, edition_from
),

shares as (
    select
        won.opportunity_id,
        won.source,
        won.account_id,
        won.closed_on,
        won.told_from,
        won.told_until,
        won.amount_reporting,
        coalesce(splits_that_hold.rep_id, won.owner_id) as rep_id,
        cast(coalesce(splits_that_hold.share, 1) as decimal(9, 6)) as share
    from won
    left join splits_that_hold
        on
            won.opportunity_id = splits_that_hold.opportunity_id
            and won.told_from = splits_that_hold.told_from
),

settled as (
    {{ settled_shares('shares', ['opportunity_id', 'told_from']) }}
),

credits as (
    select
        settled.*,
        memberships.team_id
    from settled
    left join memberships
        on
            settled.rep_id = memberships.rep_id
            and settled.closed_on between memberships.valid_from and memberships.valid_to
),

days_of_accounts as (
    {{ days_told('won', 'account_id') }}
),

spans_of_accounts as (
    {{ spans_between('days_of_accounts', 'account_id') }}
),

-- which deal was an account's first won one may change when another deal is told
customers as (
    select
        spans_of_accounts.told_from as customer_from,
        spans_of_accounts.told_until as customer_until,
        won.opportunity_id,
        won.told_from,
        row_number() over (
            partition by won.account_id, spans_of_accounts.told_from order by won.closed_on asc, won.opportunity_id asc
        ) as position_in_account
    from spans_of_accounts
    inner join won
        on
            spans_of_accounts.account_id = won.account_id
            and {{ was_told_on('won', 'spans_of_accounts.told_from') }}
),

first_customers as (
    select
        credits.opportunity_id,
        credits.source,
        credits.rep_id,
        credits.team_id,
        credits.share,
        credits.closed_on,
        customers.customer_from as told_from,
        customers.customer_until as told_until
    from customers
    inner join credits
        on
            customers.opportunity_id = credits.opportunity_id
            and customers.told_from = credits.told_from
    where customers.position_in_account = 1
),

pipeline_created as (
    select
        editions.opportunity_id,
        editions.source,
        editions.creator_id as rep_id,
        memberships.team_id,
        editions.created_on,
        editions.amount_created,
        editions.told_from,
        editions.told_until
    from editions
    left join memberships
        on
            editions.creator_id = memberships.rep_id
            and editions.created_on between memberships.valid_from and memberships.valid_to
    where editions.created_on is not null
),

final as (
    {{ deal_metrics_credited(told=true) }}
)

select * from final
