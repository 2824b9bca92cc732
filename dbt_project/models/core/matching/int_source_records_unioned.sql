-- noqa: disable=LT02
-- Every current row of a rep, account, team or product of every source, in one set of columns: what an entity does not have is null. A row with
-- an exclusion reason counts nowhere.
{% set origin = 'source_key, source_file, source_row, row_hash, extracted_at, is_current' %}
{% set rep_fields = 'rep_key, rep_name, email, role, segment, region, team_reference, time_zone, hired_on, ended_on, ' ~ origin %}
{% set account_fields = 'account_key, account_name, industry, segment, region, created_at, source_exclusion, ' ~ origin %}
{% set team_fields = 'team_key, team_name, parent_team_reference, ' ~ origin %}
{% set product_fields = 'product_key, product_name, family, currency, list_price, unit_cost, source_exclusion, ' ~ origin %}

with

reps as (
    {{ union_sources('reps', rep_fields) }}
),

accounts as (
    {{ union_sources('accounts', account_fields) }}
),

teams as (
    {{ union_sources('teams', team_fields) }}
),

products as (
    {{ union_sources('products', product_fields) }}
),

versions as (
    select
        'rep' as entity,
        reps.source,
        reps.rep_key as record_key,
        {{ mapped_value('reps', 'rep_name') }} as record_name,
        reps.email,
        {{ mapped_value('reps', 'role') }} as role,
        {{ mapped_value('reps', 'segment') }} as segment,
        {{ mapped_value('reps', 'region') }} as region,
        cast(null as varchar) as industry,
        reps.team_reference,
        {{ known_time_zone('reps.time_zone') }} as time_zone,
        reps.hired_on,
        reps.ended_on,
        cast(null as varchar) as family,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 4)) as list_price,
        cast(null as decimal(18, 4)) as unit_cost,
        cast(null as timestamp) as created_at,
        cast(null as varchar) as source_exclusion,
        {{ origin }}
    from reps
    {{ join_value_map('reps', 'rep_name', 'rep') }}
    {{ join_value_map('reps', 'role', 'rep') }}
    {{ join_value_map('reps', 'segment', 'rep') }}
    {{ join_value_map('reps', 'region', 'rep') }}
    union all
    select
        'account' as entity,
        accounts.source,
        accounts.account_key as record_key,
        accounts.account_name as record_name,
        cast(null as varchar) as email,
        cast(null as varchar) as role,
        {{ mapped_value('accounts', 'segment') }} as segment,
        {{ mapped_value('accounts', 'region') }} as region,
        {{ mapped_value('accounts', 'industry') }} as industry,
        cast(null as varchar) as team_reference,
        cast(null as varchar) as time_zone,
        cast(null as date) as hired_on,
        cast(null as date) as ended_on,
        cast(null as varchar) as family,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 4)) as list_price,
        cast(null as decimal(18, 4)) as unit_cost,
        accounts.created_at,
        accounts.source_exclusion,
        {{ origin }}
    from accounts
    {{ join_value_map('accounts', 'industry', 'account') }}
    {{ join_value_map('accounts', 'segment', 'account') }}
    {{ join_value_map('accounts', 'region', 'account') }}
    union all
    select
        'team' as entity,
        teams.source,
        teams.team_key as record_key,
        teams.team_name as record_name,
        cast(null as varchar) as email,
        cast(null as varchar) as role,
        cast(null as varchar) as segment,
        cast(null as varchar) as region,
        cast(null as varchar) as industry,
        teams.parent_team_reference as team_reference,
        cast(null as varchar) as time_zone,
        cast(null as date) as hired_on,
        cast(null as date) as ended_on,
        cast(null as varchar) as family,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 4)) as list_price,
        cast(null as decimal(18, 4)) as unit_cost,
        cast(null as timestamp) as created_at,
        cast(null as varchar) as source_exclusion,
        {{ origin }}
    from teams
    union all
    select
        'product' as entity,
        products.source,
        products.product_key as record_key,
        products.product_name as record_name,
        cast(null as varchar) as email,
        cast(null as varchar) as role,
        cast(null as varchar) as segment,
        cast(null as varchar) as region,
        cast(null as varchar) as industry,
        cast(null as varchar) as team_reference,
        cast(null as varchar) as time_zone,
        cast(null as date) as hired_on,
        cast(null as date) as ended_on,
        products.family,
        products.currency,
        products.list_price,
        products.unit_cost,
        cast(null as timestamp) as created_at,
        products.source_exclusion,
        {{ origin }}
    from products
),

first_seen as (
    select
        *,
        min(extracted_at) over (partition by entity, source, record_key) as first_seen_at
    from versions
),

final as (
    select
        *,
        {{ canonical_id('source', 'record_key') }} as source_record_id,
        case
            when row_number() over (
                partition by entity, source, source_key order by row_hash desc, source_file asc, source_row asc
            ) > 1 then 'duplicate'
            else source_exclusion
        end as exclusion_reason
    from first_seen
    where is_current
)

select * from final
