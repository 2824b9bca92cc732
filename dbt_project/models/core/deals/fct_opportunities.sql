-- The deals that count: the versions of int_opportunity_history that are known today. Amounts are converted at the rate of the close
-- month, of open deals at the rate of the month of as_of; without a rate they are null.
{% set columns %}
    opportunity_id, source, owner_id, account_id, product_id, pipeline, stage, is_closed, is_won, created_on, closed_on,
    expected_close_on, amount, currency, amount_reporting, crm_converted_amount, opportunity_type, loss_reason, source_file, source_row,
    source_opportunity_id, source_key, source_pipeline, source_stage, creator_id, amount_created
{% endset %}

with

final as (
    select {{ columns }}
    from {{ ref('int_opportunity_history') }}
    where known_to is null
)

select * from final
