-- Every version of every opportunity row that any extract delivered, in the canonical columns, with the days on which it was delivered and
-- superseded. Of a deal that moved between systems a version is in force where it was known in its own system's time.
{% set columns %}
    opportunity_key, opportunity_name, owner_reference as source_owner_reference, account_reference as source_account_reference,
    product_reference as source_product_reference, created_by_reference as source_created_by_reference, lead_reference,
    coalesce(pipeline, 'default') as pipeline, source_stage, stage_on_creation, amount, upper(currency) as currency,
    opportunity_type as source_opportunity_type, loss_reason as source_loss_reason, created_at, created_on, close_date, closed_at,
    -- an update after the extract's day is an error, and decides nothing
    case when {{ business_date('updated_at') }} <= {{ business_date('extracted_at') }} then updated_at end as updated_at,
    crm_converted_amount, close_date_at, is_deleted, source_exclusion, delivered_at, outdated_at, source_key, source_file, source_row,
    row_hash, extracted_at, superseded_at
{% endset %}

{% set shown_on = business_date('unioned.extracted_at') %}

with

mapped as (
    select
        unioned.*,
        {{ mapped_value('unioned', 'owner_reference', 'source_owner_reference') }} as owner_reference,
        {{ mapped_value('unioned', 'account_reference', 'source_account_reference') }} as account_reference,
        {{ mapped_value('unioned', 'product_reference', 'source_product_reference') }} as product_reference,
        {{ mapped_value('unioned', 'created_by_reference', 'source_created_by_reference') }} as created_by_reference,
        {{ canonical_id('unioned.source', 'unioned.opportunity_key') }} as source_opportunity_id
    from ({{ union_sources('opportunities', columns) }}) as unioned
    {{ join_value_map('unioned', 'owner_reference', 'opportunity', shown_on, written='source_owner_reference') }}
    {{ join_value_map('unioned', 'account_reference', 'opportunity', shown_on, written='source_account_reference') }}
    {{ join_value_map('unioned', 'product_reference', 'opportunity', shown_on, written='source_product_reference') }}
    {{ join_value_map('unioned', 'created_by_reference', 'opportunity', shown_on, written='source_created_by_reference') }}
),

identified as (
    select
        mapped.*,
        coalesce(matches.canonical_id, mapped.source_opportunity_id) as opportunity_id,
        matches.source_id is null
        or (
            {{ business_date('mapped.extracted_at') }} <= matches.in_force_to
            and coalesce({{ business_date('mapped.superseded_at') }} >= matches.in_force_from, true)
        ) as is_in_force,
        {{ business_date('coalesce(mapped.delivered_at, mapped.extracted_at)') }} as delivered_on,
        {{ business_date('case when mapped.delivered_at is null then mapped.superseded_at else mapped.outdated_at end') }}
            as superseded_on
    from mapped
    left join {{ ref('bridge_source_ids') }} as matches
        on matches.entity = 'opportunity' and mapped.source_opportunity_id = matches.source_id
),

-- of the rows of a deal in one extract the last updated counts, and of these the last: a log may give several the same time
final as (
    select
        *,
        row_number() over (
            partition by opportunity_id, extracted_at, delivered_at, is_in_force
            order by updated_at desc nulls last, outdated_at desc nulls first, row_hash desc, source_file asc, source_row asc
        ) as position_in_extract
    from identified
)

select * from final
