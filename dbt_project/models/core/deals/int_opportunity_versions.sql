-- The rows of int_opportunities_unioned with the meaning of their type and loss reason on the day on which the version was shown, which
-- a declared change of one team's values also decides.
{% set shown_on = business_date('unioned.extracted_at') %}

with

unioned as (
    select * from {{ ref('int_opportunities_unioned') }}
),

final as (
    select
        unioned.*,
        {{ mapped_value('unioned', 'opportunity_type', 'source_opportunity_type') }} as opportunity_type,
        {{ mapped_value('unioned', 'loss_reason', 'source_loss_reason') }} as loss_reason
    from unioned
    {{ join_value_map(
        'unioned', 'opportunity_type', 'opportunity', shown_on, rep='source_owner_reference', written='source_opportunity_type'
    ) }}
    {{ join_value_map(
        'unioned', 'loss_reason', 'opportunity', shown_on, rep='source_owner_reference', written='source_loss_reason'
    ) }}
)

select * from final
