-- What each record adds to a total in each stage: stage_0 as the CRM's report counts it, stage_7 as Kuota does, and between two of them one of the
-- CRM's ways is replaced by Kuota's. Each stage is computed by records; none is what is left over.
with

records as (
    select
        *,
        not has_period or coalesce(crm_dated_on between period_start and period_end, false) as is_in_period_by_crm_date,
        not has_period or coalesce(kuota_dated_on between period_start and period_end, false) as is_in_period,
        not has_period or coalesce(kuota_dated_on between kuota_period_start and kuota_period_end, false) as is_in_kuota_period
    from {{ ref('int_tie_out_source_records') }}
),

credits as (
    select * from {{ ref('int_tie_out_credits') }}
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
        null as stage_0,
        null as stage_1,
        null as stage_2,
        null as stage_3,
        null as stage_4,
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
        then_known.rep_ids as rep_ids_then,
        today.rep_ids as rep_ids_today,
        today.credited_on as credited_on_today,
        today.record_file as record_file_today,
        today.record_row as record_row_today,
        coalesce(today.is_in_scope = 1, false) as counts_today,
        today.amount is not null as is_known_today
    from summed
    left join credits as then_known
        on summed.source_key = then_known.source_key and summed.record_id = then_known.record_id and not then_known.is_today
    left join credits as today
        on summed.source_key = today.source_key and summed.record_id = today.record_id and today.is_today
)

select * from final
