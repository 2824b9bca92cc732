-- Every current row of the accounts of every source; those with an exclusion reason count nowhere.
{% set columns %}
    account_key, account_name, industry, region, segment, created_at, source_exclusion,
    source_key, source_file, source_row, row_hash, extracted_at, is_current
{% endset %}

with

{{ steps_unioning_records('accounts', 'account_key', columns) }},

mapped as (
    select
        unioned.source,
        unioned.account_key,
        unioned.account_name,
        {{ mapped_value('unioned', 'industry') }} as industry,
        {{ mapped_value('unioned', 'region') }} as region,
        {{ mapped_value('unioned', 'segment') }} as segment,
        unioned.created_at,
        unioned.source_exclusion,
        unioned.source_key,
        unioned.source_file,
        unioned.source_row,
        unioned.row_hash,
        unioned.first_seen_at
    from unioned
    {{ join_value_map('unioned', 'industry', 'account') }}
    {{ join_value_map('unioned', 'region', 'account') }}
    {{ join_value_map('unioned', 'segment', 'account') }}
),

final as (
    select
        {{ canonical_id('source', 'account_key') }} as account_id,
        *,
        {{ exclusion_reason(source_exclusion='source_exclusion') }} as exclusion_reason
    from mapped
)

select * from final
