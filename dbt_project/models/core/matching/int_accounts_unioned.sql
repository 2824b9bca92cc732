{% set columns %}
    account_key, account_name, industry, region, segment, owner_reference, parent_account_reference, created_at,
    source_exclusion, source_key, source_file, source_row, row_hash, extracted_at, is_current
{% endset %}

with

versions as (
    {{ union_sources('accounts', columns) }}
),

first_seen as (
    select
        *,
        min(extracted_at) over (partition by source, account_key) as first_seen_at
    from versions
),

unioned as (
    select * from first_seen
    where is_current
),

mapped as (
    select
        unioned.source,
        unioned.account_key,
        unioned.account_name,
        {{ mapped_value('unioned', 'industry') }} as industry,
        {{ mapped_value('unioned', 'region') }} as region,
        {{ mapped_value('unioned', 'segment') }} as segment,
        unioned.owner_reference,
        unioned.parent_account_reference,
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
