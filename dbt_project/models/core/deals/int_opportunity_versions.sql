-- The rows of int_opportunities_unioned with the meaning of their type and loss reason on the day on which the version was shown, which
-- a declared change of one team's values also decides.
{% set shown_on = business_date('unioned.extracted_at') %}

with

unioned as (
    select * from {{ ref('int_opportunities_unioned') }}
),

final as (
    select
        unioned.opportunity_id,
        unioned.source_opportunity_id,
        unioned.source,
        unioned.opportunity_key,
        unioned.opportunity_name,
        unioned.owner_reference,
        unioned.account_reference,
        unioned.product_reference,
        unioned.created_by_reference,
        unioned.lead_reference,
        unioned.pipeline,
        unioned.source_stage,
        unioned.stage_on_creation,
        unioned.amount,
        unioned.currency,
        {{ mapped_value('unioned', 'opportunity_type') }} as opportunity_type,
        {{ mapped_value('unioned', 'loss_reason') }} as loss_reason,
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
        unioned.is_current,
        unioned.is_in_force,
        unioned.delivered_on,
        unioned.superseded_on,
        unioned.position_in_extract
    from unioned
    {{ join_value_map('unioned', 'opportunity_type', 'opportunity', shown_on, rep='source_owner_reference') }}
    {{ join_value_map('unioned', 'loss_reason', 'opportunity', shown_on, rep='source_owner_reference') }}
)

select * from final
