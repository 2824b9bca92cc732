-- The first table to check after a CRM was added: how many of its rows count, name a known record, or are excluded, and why.
with

source_rows as (
    select
        *,
        cast(date_trunc('month', dated_on) as date) as month_start
    from {{ ref('int_source_rows_validated') }}
    where not is_of_register
),

matches as (
    select
        entity,
        source_id
    from {{ ref('bridge_source_ids') }}
    where record_count > 1
),

summed as (
    select
        source_rows.source,
        source_rows.object,
        source_rows.month_start,
        count(*) as row_count,
        source_rows.object in ('rep', 'account', 'team', 'product', 'lead', 'opportunity') as is_matched,
        count(case when source_rows.exclusion_reason is null then 1 end) as counted_count,
        count(source_rows.exclusion_reason) as excluded_count,
        count(case when source_rows.exclusion_reason is null and source_rows.is_linked then 1 end) as linked_count,
        count(case when source_rows.exclusion_reason is null and not source_rows.is_linked then 1 end) as unlinked_count,
        count(matches.source_id) as matched_count
    from source_rows
    left join matches
        on source_rows.object = matches.entity and source_rows.source_record_id = matches.source_id
    group by source_rows.source, source_rows.object, source_rows.month_start
),

excluded as (
    select
        source,
        object,
        month_start,
        exclusion_reason,
        count(*) as row_count
    from source_rows
    where exclusion_reason is not null
    group by source, object, month_start, exclusion_reason
),

reasons as (
    select
        source,
        object,
        month_start,
        {{ joined_in_order("exclusion_reason || ' ' || cast(row_count as varchar)", 'row_count desc, exclusion_reason asc') }}
            as exclusion_reasons
    from excluded
    group by source, object, month_start
),

final as (
    select
        cast(summed.source as varchar) as source,
        cast(summed.object as varchar) as object,
        summed.month_start,
        {{ add_days(add_months('summed.month_start', 1), -1) }} <= as_of.as_of_date as is_complete,
        cast(summed.row_count as bigint) as row_count,
        cast(summed.counted_count as bigint) as counted_count,
        cast(summed.excluded_count as bigint) as excluded_count,
        round(cast(summed.excluded_count as double) / cast(summed.row_count as double), 12) as excluded_share,
        cast(reasons.exclusion_reasons as varchar) as exclusion_reasons,
        round(
            cast(summed.linked_count as double) / nullif(cast(summed.linked_count + summed.unlinked_count as double), 0), 12
        ) as linked_share,
        case when summed.is_matched then cast(summed.matched_count as bigint) end as matched_count,
        case
            when summed.is_matched then round(cast(summed.matched_count as double) / cast(summed.row_count as double), 12)
        end as matched_share
    from summed
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join reasons
        on
            summed.source = reasons.source
            and summed.object = reasons.object
            and summed.month_start is not distinct from reasons.month_start
)

select * from final
