-- noqa: disable=LT02
-- Salesforce's opportunities in the canonical columns: one version per extract that showed it, and one per known change in its histories.
-- What else an opportunity was after such a change is unknown. Salesforce converts an amount at the rate of the close date.
{% set billion = '1000000000 * ' %}
{% set columns = [
    'deal_key', 'owner_key', 'account_key', 'creator_key', 'record_type_key', 'deal_name', 'stage_name', 'currency', 'deal_type',
    'loss_reason', 'forecast_category', 'amount', 'probability', 'is_deleted', 'close_on', 'created_at', 'updated_at', 'delivered_at',
    'source_key', 'source_file', 'source_row', 'row_hash', 'extracted_at', 'superseded_at', 'is_current', 'extras',
] %}
{% set delivered = {'delivered_at': 'cast(null as timestamp)'} %}
{% set of_a_state = {
    'owner_key': 'states.owner_key', 'stage_name': 'states.stage_name', 'loss_reason': 'cast(null as varchar)',
    'forecast_category': 'cast(null as varchar)', 'amount': 'states.amount', 'probability': 'cast(null as decimal(9, 6))',
    'is_deleted': 'false', 'close_on': 'states.close_on', 'updated_at': 'states.changed_at', 'delivered_at': 'states.extracted_at',
    'source_file': 'states.source_file', 'source_row': 'states.source_row', 'row_hash': 'states.row_hash',
    'extracted_at': 'states.changed_at', 'superseded_at': 'coalesce(states.ended_at, states.changed_at)', 'is_current': 'false',
    'extras': 'cast(null as varchar)',
} %}

with

deals as (
    select * from {{ ref('base_salesforce__opportunities') }}
),

record_types as (
    select
        {{ salesforce_id('id') }} as record_type_key,
        max({{ text('name') }}) as record_type_name
    from {{ source('raw', 'salesforce__record_type') }}
    where not _is_tombstone and _superseded_at is null
    group by {{ salesforce_id('id') }}
),

-- units of a currency for one of the corporate currency, from day to day
rates as (
    select
        upper({{ text('isocode') }}) as currency,
        {{ salesforce_date('startdate') }} as starts_on,
        least(
            {{ salesforce_date('nextstartdate') }},
            lead({{ salesforce_date('startdate') }}) over (
                partition by upper({{ text('isocode') }}) order by {{ salesforce_date('startdate') }}
            ),
            cast('9999-12-31' as date)
        ) as next_starts_on,
        {{ parse_number('conversionrate', 'decimal(20, 9)') }} as conversion_rate
    from {{ source('raw', 'salesforce__dated_conversion_rate') }}
    where not _is_tombstone and _superseded_at is null
),

newest_deals as (
    select
        *,
        row_number() over (
            partition by deal_key order by extracted_at desc, updated_at desc nulls last, row_hash desc
        ) as position_from_newest
    from deals
),

-- a state of the histories was never what an extract showed: the extract that delivered it outdated it as well
versions as (
    select
        {%- for column in columns %}
        {{ delivered.get(column, 'deals.' ~ column) }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from deals
    union all
    select
        {%- for column in columns %}
        {{ of_a_state.get(column, 'newest_deals.' ~ column) }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_salesforce__deal_states') }} as states
    inner join newest_deals
        on
            states.deal_key = newest_deals.deal_key
            and newest_deals.position_from_newest = 1
),

final as (
    select
        -- ids
        versions.deal_key as opportunity_key,

        -- references
        versions.owner_key as owner_reference,
        versions.account_key as account_reference,
        cast(null as varchar) as product_reference,
        versions.creator_key as created_by_reference,
        cast(null as varchar) as lead_reference,

        -- text
        versions.deal_name as opportunity_name,
        coalesce(record_types.record_type_name, versions.record_type_key) as pipeline,
        versions.stage_name as source_stage,
        cast(null as varchar) as stage_on_creation,
        versions.currency,
        versions.deal_type as opportunity_type,
        versions.loss_reason,
        versions.forecast_category,

        -- numbers
        versions.amount,
        try_cast(
            {{ exact_quotient(billion ~ 'cast(versions.amount as decimal(30, 4))', billion ~ 'rates.conversion_rate') }}
            as decimal(19, 4)
        ) as crm_converted_amount,
        versions.probability,

        -- booleans
        versions.is_deleted,

        -- instants and their business dates
        versions.created_at,
        {{ business_date('versions.created_at') }} as created_on,
        versions.close_on as close_date,
        cast(null as timestamp) as closed_at,
        cast(null as timestamp) as close_date_at,
        versions.updated_at,

        -- why the source does not count the row
        cast(null as varchar) as source_exclusion,

        -- the extracts that first delivered this version, and a newer one
        versions.delivered_at,
        versions.delivered_at as outdated_at,

        -- origin
        versions.source_key,
        versions.source_file,
        versions.source_row,
        versions.row_hash,
        versions.extracted_at,
        versions.superseded_at,
        versions.is_current,
        versions.extras
    from versions
    left join record_types on versions.record_type_key = record_types.record_type_key
    left join rates
        on
            upper(versions.currency) = rates.currency
            and versions.close_on >= rates.starts_on
            and versions.close_on < rates.next_starts_on
)

select * from final
