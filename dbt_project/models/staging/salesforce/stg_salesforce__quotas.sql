-- ForecastingQuota in the columns of the register of quotas. A user who forecasts for a role has the quota of that team, any other user
-- their own. Only Period says how long a period is.
with

source_rows as (
    select * from {{ source('raw', 'salesforce__quota') }}
    where not _is_tombstone
),

periods as (
    select
        {{ salesforce_id('id') }} as period_key,
        min(lower({{ text('type') }})) as period_type,
        min({{ salesforce_date('startdate') }}) as period_start
    from {{ source('raw', 'salesforce__period') }}
    where not _is_tombstone and _superseded_at is null
    group by {{ salesforce_id('id') }}
),

forecasters as (
    select
        manager_reference as user_key,
        min(team_key) as team_key
    from {{ ref('stg_salesforce__teams') }}
    where is_current and manager_reference is not null
    group by manager_reference
),

renamed as (
    select
        -- text
        case when forecasters.user_key is null then 'rep' else 'team' end as assignee_type,
        coalesce(forecasters.team_key, {{ salesforce_id('source_rows.quotaownerid') }}) as assignee_reference,
        case
            when {{ parse_boolean('source_rows.isquantity') }} then 'units_sold'
            else 'revenue_won'
        end as metric,
        periods.period_type,
        upper({{ text('source_rows.currencyisocode') }}) as currency,

        -- numbers
        case
            when {{ parse_boolean('source_rows.isquantity') }}
                then {{ parse_number('source_rows.quotaquantity', 'decimal(19, 4)') }}
            else {{ parse_number('source_rows.quotaamount', 'decimal(19, 4)') }}
        end as target_amount,

        -- dates
        coalesce(periods.period_start, {{ salesforce_date('source_rows.startdate') }}) as period_start,

        -- origin
        {{ source_row_columns(salesforce_id('source_rows.id')) }}
    from source_rows
    left join periods on {{ salesforce_id('source_rows.periodid') }} = periods.period_key
    left join forecasters on {{ salesforce_id('source_rows.quotaownerid') }} = forecasters.user_key
)

select * from renamed
