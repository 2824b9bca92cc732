-- noqa: disable=LT02
-- Every current row of a rep, account, team or product of every source, in one set of columns: what an entity does not have is null. A row with
-- an exclusion reason counts nowhere.
{% set origin = 'source_key, source_file, source_row, row_hash, extracted_at, is_current' %}
{% set rep_fields = 'rep_key, rep_name, email, role, segment, region, team_reference, time_zone, hired_on, ended_on, '
    ~ 'inactive_from, ' ~ origin %}
{% set account_fields = 'account_key, account_name, industry, segment, region, created_at, source_exclusion, ' ~ origin %}
{% set team_fields = 'team_key, team_name, parent_team_reference, ' ~ origin %}
{% set product_fields = 'product_key, product_name, family, currency, list_price, unit_cost, source_exclusion, ' ~ origin %}
{% set types = {
    'record_key': 'varchar', 'record_name': 'varchar', 'email': 'varchar', 'role': 'varchar', 'segment': 'varchar',
    'region': 'varchar', 'industry': 'varchar', 'team_reference': 'varchar', 'time_zone': 'varchar', 'hired_on': 'date',
    'ended_on': 'date', 'inactive_from': 'date', 'family': 'varchar', 'currency': 'varchar', 'list_price': 'decimal(18, 4)',
    'unit_cost': 'decimal(18, 4)', 'created_at': 'timestamp', 'source_exclusion': 'varchar',
} %}

with

versions as (
    select
        'rep' as entity,
        reps.source,
        {{- typed_columns(types, {
            'record_key': 'reps.rep_key',
            'record_name': mapped_value('reps', 'rep_name'),
            'email': mapped_value('reps', 'email'),
            'role': mapped_value('reps', 'role'),
            'segment': mapped_value('reps', 'segment'),
            'region': mapped_value('reps', 'region'),
            'team_reference': 'reps.team_reference',
            'time_zone': known_time_zone('reps.time_zone'),
            'hired_on': 'reps.hired_on',
            'ended_on': 'reps.ended_on',
            'inactive_from': 'reps.inactive_from',
        }) }},
        {{ origin }}
    from ({{ union_sources('reps', rep_fields) }}) as reps
    {{ join_value_map('reps', 'rep_name', 'rep') }}
    {{ join_value_map('reps', 'email', 'rep') }}
    {{ join_value_map('reps', 'role', 'rep') }}
    {{ join_value_map('reps', 'segment', 'rep') }}
    {{ join_value_map('reps', 'region', 'rep') }}
    union all
    select
        'account' as entity,
        accounts.source,
        {{- typed_columns(types, {
            'record_key': 'accounts.account_key',
            'record_name': mapped_value('accounts', 'account_name'),
            'segment': mapped_value('accounts', 'segment'),
            'region': mapped_value('accounts', 'region'),
            'industry': mapped_value('accounts', 'industry'),
            'created_at': 'accounts.created_at',
            'source_exclusion': 'accounts.source_exclusion',
        }) }},
        {{ origin }}
    from ({{ union_sources('accounts', account_fields) }}) as accounts
    {{ join_value_map('accounts', 'account_name', 'account') }}
    {{ join_value_map('accounts', 'industry', 'account') }}
    {{ join_value_map('accounts', 'segment', 'account') }}
    {{ join_value_map('accounts', 'region', 'account') }}
    union all
    select
        'team' as entity,
        teams.source,
        {{- typed_columns(types, {
            'record_key': 'teams.team_key',
            'record_name': 'teams.team_name',
            'team_reference': 'teams.parent_team_reference',
        }) }},
        {{ origin }}
    from ({{ union_sources('teams', team_fields) }}) as teams
    union all
    select
        'product' as entity,
        products.source,
        {{- typed_columns(types, {
            'record_key': 'products.product_key',
            'record_name': 'products.product_name',
            'family': 'products.family',
            'currency': 'products.currency',
            'list_price': 'products.list_price',
            'unit_cost': 'products.unit_cost',
            'source_exclusion': 'products.source_exclusion',
        }) }},
        {{ origin }}
    from ({{ union_sources('products', product_fields) }}) as products
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
