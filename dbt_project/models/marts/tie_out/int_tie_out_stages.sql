-- What each record adds to a total in each stage: stage_0 as the CRM's report counts it, stage_7 as Kuota does, and between two of them one of the
-- CRM's ways is replaced by Kuota's. Each stage is computed by records; none is what is left over.
{% set rep_is_in_scope %}
        case readings.scope_type
            when 'rep' then {rep_id} = readings.scope_id
            when 'team' then ancestors.team_id is not null
            else true
        end
{%- endset %}

with

readings as (
    select * from {{ ref('int_tie_out_readings') }}
    where reason is null
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

all_credits as (
    select * from {{ ref('int_tie_out_credits') }}
),

records as (
    select
        readings.source_key,
        records.*,
        coalesce(not readings.has_period or records.crm_dated_on between readings.period_start and readings.period_end, false)
            as is_in_period_by_crm_date,
        coalesce(not readings.has_period or records.kuota_dated_on between readings.period_start and readings.period_end, false)
            as is_in_period,
        coalesce(
            not readings.has_period
            or records.kuota_dated_on between readings.kuota_period_start and readings.kuota_period_end,
            false
        ) as is_in_kuota_period
    from readings
    inner join {{ ref('int_tie_out_source_records') }} as records on readings.report_id = records.report_id
    left join {{ ref('int_team_memberships') }} as memberships
        on records.owner_id = memberships.rep_id and records.read_on between memberships.valid_from and memberships.valid_to
    left join ancestors
        on
            readings.scope_type = 'team'
            and memberships.team_id = ancestors.team_id
            and readings.scope_id = ancestors.ancestor_team_id
    where {{ rep_is_in_scope.format(rep_id='records.owner_id') }}
),

credits as (
    select
        readings.source_key,
        all_credits.record_id,
        all_credits.read_on is null as is_today,
        readings.source = all_credits.source as is_of_the_crm,
        max(all_credits.record_file) as record_file,
        max(all_credits.record_row) as record_row,
        max(all_credits.credited_on) as credited_on,
        sum(all_credits.amount) as amount
    from readings
    inner join all_credits
        on
            readings.figure_id = all_credits.figure_id
            and readings.read_on = coalesce(all_credits.read_on, readings.read_on)
    left join ancestors
        on
            readings.scope_type = 'team'
            and all_credits.team_id = ancestors.team_id
            and readings.scope_id = ancestors.ancestor_team_id
    where {{ rep_is_in_scope.format(rep_id='all_credits.rep_id') }}
    group by readings.source_key, all_credits.record_id, all_credits.read_on is null, readings.source = all_credits.source
),

staged as (
    select
        source_key,
        record_id,
        case when is_in_period_by_crm_date then crm_value end as stage_0,
        case when is_in_period then crm_value end as stage_1,
        case when is_in_kuota_period then crm_value end as stage_2,
        case when is_in_kuota_period then kuota_value end as stage_3,
        case when is_in_kuota_period and coalesce(exclusion_reason, 'migrated') = 'migrated' then kuota_value end as stage_4,
        case when is_in_kuota_period and exclusion_reason is null then kuota_value end as stage_5,
        null as stage_6,
        null as stage_7,
        record_file,
        record_row,
        exclusion_reason,
        owner_id,
        true as is_of_the_crm
    from records
    union all
    select
        source_key,
        record_id,
        {%- for stage in range(5) %}
        null as stage_{{ stage }},
        {%- endfor %}
        -- a record of another system comes in as Kuota credits it
        case when not is_today and not is_of_the_crm then amount end as stage_5,
        case when not is_today then amount end as stage_6,
        case when is_today then amount end as stage_7,
        case when not is_today then record_file end as record_file,
        case when not is_today then record_row end as record_row,
        null as exclusion_reason,
        null as owner_id,
        is_of_the_crm
    from credits
),

summed as (
    select
        source_key,
        record_id,
        {%- for stage in range(8) %}
        cast(coalesce(sum(stage_{{ stage }}), 0) as decimal(28, 10)) as stage_{{ stage }},
        {%- endfor %}
        max(record_file) as record_file,
        max(record_row) as record_row,
        max(exclusion_reason) as exclusion_reason,
        max(owner_id) as owner_id,
        bool_or(is_of_the_crm) as is_of_the_crm
    from staged
    group by source_key, record_id
),

final as (
    select
        summed.*,
        today.credited_on as credited_on_today,
        today.record_file as record_file_today,
        today.record_row as record_row_today,
        today.source_key is not null as counts_today,
        today.amount is not null as is_known_today
    from summed
    left join credits as today
        on summed.source_key = today.source_key and summed.record_id = today.record_id and today.is_today
)

select * from final
