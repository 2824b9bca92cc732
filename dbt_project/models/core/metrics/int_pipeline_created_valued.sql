-- What each deal added to the pipeline on the day it was created: its current amount at the rate of that month, for who
-- created it, else its first known owner, in the team of that day. No amount or no rate: null. A source that blanks the
-- amounts of lost deals cannot say what it created.
with

sources as (
    select source from {{ source('raw', 'source') }}
    where not lost_amount_is_blank
),

opportunities as (
    select
        opportunities.*,
        validated.created_by_reference
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('int_opportunities_validated') }} as validated
        on
            opportunities.opportunity_id = validated.opportunity_id
            and validated.exclusion_reason is null
    inner join sources on opportunities.source = sources.source
    where opportunities.created_on is not null
),

versions as (
    select * from {{ ref('int_opportunity_versions_in_force') }}
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep' and resolved_id is not null
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_monthly') }}
),

known_owners as (
    select
        versions.opportunity_id,
        rep_references.resolved_id as owner_id,
        row_number() over (
            partition by versions.opportunity_id
            order by versions.extracted_at asc, versions.updated_at desc nulls last, versions.row_hash desc
        ) as position_of_version
    from versions
    inner join rep_references
        on
            versions.source = rep_references.scope
            and versions.owner_reference = rep_references.reference
),

originated as (
    select
        opportunities.opportunity_id,
        opportunities.source,
        coalesce(creators.resolved_id, known_owners.owner_id, 'unassigned') as rep_id,
        opportunities.created_on,
        {{ in_reporting_currency('opportunities.amount', 'exchange_rates.rate_to_reporting') }} as amount_created
    from opportunities
    left join rep_references as creators
        on
            opportunities.source = creators.scope
            and opportunities.created_by_reference = creators.reference
    left join known_owners
        on
            opportunities.opportunity_id = known_owners.opportunity_id
            and known_owners.position_of_version = 1
    left join exchange_rates
        on
            opportunities.currency = exchange_rates.currency
            and cast(date_trunc('month', opportunities.created_on) as date) = exchange_rates.rate_month
),

final as (
    select
        originated.opportunity_id,
        originated.source,
        originated.rep_id,
        memberships.team_id,
        originated.created_on,
        originated.amount_created
    from originated
    left join {{ ref('int_team_memberships_dated') }} as memberships
        on
            originated.rep_id = memberships.rep_id
            and originated.created_on between memberships.valid_from and memberships.valid_to
)

select * from final
