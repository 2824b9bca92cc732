-- Every version of every opportunity row that any extract delivered, in the canonical columns, with the days on which it was delivered and
-- superseded; type and loss reason are the source's own here. Of a deal that moved between systems a version is in force where it was known in its own system's time.
{% set columns %}
    opportunity_key, opportunity_name, owner_reference, account_reference, product_reference,
    created_by_reference, lead_reference, pipeline, source_stage, stage_on_creation, amount, currency, opportunity_type,
    loss_reason, created_at, created_on, close_date, closed_at, updated_at, is_deleted, source_exclusion, delivered_at, outdated_at,
    source_key, source_file, source_row, row_hash, extracted_at, superseded_at, is_current
{% endset %}

{% set shown_on = business_date('unioned.extracted_at') %}

with

unioned as (
    {{ union_sources('opportunities', columns) }}
),

matches as (
    select * from {{ ref('bridge_source_ids') }}
    where entity = 'opportunity'
),

mapped as (
    select
        {{ canonical_id('unioned.source', 'unioned.opportunity_key') }} as source_opportunity_id,
        unioned.source,
        unioned.opportunity_key,
        unioned.opportunity_name,
        unioned.owner_reference as source_owner_reference,
        {{ mapped_value('unioned', 'owner_reference') }} as owner_reference,
        {{ mapped_value('unioned', 'account_reference') }} as account_reference,
        {{ mapped_value('unioned', 'product_reference') }} as product_reference,
        {{ mapped_value('unioned', 'created_by_reference') }} as created_by_reference,
        unioned.lead_reference,
        coalesce(unioned.pipeline, 'default') as pipeline,
        unioned.source_stage,
        unioned.stage_on_creation,
        unioned.amount,
        upper(unioned.currency) as currency,
        unioned.opportunity_type,
        unioned.loss_reason,
        unioned.created_at,
        unioned.created_on,
        unioned.close_date,
        unioned.closed_at,
        unioned.updated_at,
        unioned.is_deleted,
        unioned.source_exclusion,
        unioned.delivered_at,
        unioned.outdated_at,
        unioned.source_key,
        unioned.source_file,
        unioned.source_row,
        unioned.row_hash,
        unioned.extracted_at,
        unioned.superseded_at,
        unioned.is_current
    from unioned
    {{ join_value_map('unioned', 'owner_reference', 'opportunity', shown_on) }}
    {{ join_value_map('unioned', 'account_reference', 'opportunity', shown_on) }}
    {{ join_value_map('unioned', 'product_reference', 'opportunity', shown_on) }}
    {{ join_value_map('unioned', 'created_by_reference', 'opportunity', shown_on) }}
),

identified as (
    select
        coalesce(matches.canonical_id, mapped.source_opportunity_id) as opportunity_id,
        mapped.*,
        matches.source_id is null
        or (
            {{ business_date('mapped.extracted_at') }} <= matches.in_force_to
            and coalesce({{ business_date('mapped.superseded_at') }} >= matches.in_force_from, true)
        ) as is_in_force,
        {{ business_date('coalesce(mapped.delivered_at, mapped.extracted_at)') }} as delivered_on,
        {{ business_date('case when mapped.delivered_at is null then mapped.superseded_at else mapped.outdated_at end') }}
            as superseded_on
    from mapped
    left join matches on mapped.source_opportunity_id = matches.source_id
),

-- of the rows of a deal in one extract the last updated counts
final as (
    select
        *,
        row_number() over (
            partition by opportunity_id, extracted_at, is_in_force
            order by updated_at desc nulls last, row_hash desc, source_file asc, source_row asc
        ) as position_in_extract
    from identified
)

select * from final
