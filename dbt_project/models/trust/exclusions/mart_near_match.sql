-- Pairs of records of two systems that look like one and were not matched: reps and accounts by their names and e-mails, and deals that were
-- entered again.
with

deals as (
    select
        opportunities.source,
        opportunities.opportunity_id,
        validated.opportunity_key,
        validated.opportunity_name,
        opportunities.account_id,
        opportunities.amount,
        opportunities.is_closed,
        opportunities.created_on,
        {{ normalized_name('validated.opportunity_name') }} as plain_name
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('int_opportunity_history_validated') }} as validated
        on
            opportunities.opportunity_id = validated.opportunity_id
            and validated.exclusion_reason is null
            and validated.known_to is null
    where opportunities.account_id is not null and opportunities.amount is not null
),

-- a deal that is still open in one system while a like one was entered in another
entered_again as (
    select
        'opportunity' as entity,
        deals.opportunity_id as source_record_id,
        deals.opportunity_name as record_name,
        others.source as other_source,
        others.opportunity_id as other_source_record_id,
        others.opportunity_key as other_record_key,
        others.opportunity_name as other_record_name,
        'same_account_name_and_amount' as reason
    from deals
    inner join deals as others
        on
            deals.account_id = others.account_id
            and deals.plain_name = others.plain_name
            and deals.amount = others.amount
            and deals.source <> others.source
    where not deals.is_closed and deals.created_on < others.created_on
),

pairs as (
    select * from {{ ref('int_near_matches') }}
    union all
    select * from entered_again
),

final as (
    select
        cast(entity as varchar) as entity,
        cast(source_record_id as varchar) as source_id,
        cast(record_name as varchar) as source_name,
        cast(other_source_record_id as varchar) as other_source_id,
        cast(other_record_name as varchar) as other_source_name,
        cast(reason as varchar) as reason,
        cast(
            entity || ',' || other_source || ',' || other_record_key || ',' || source_record_id || ',' as varchar
        ) as crosswalk_line
    from pairs
)

select * from final
