-- The first table to check after a CRM was added: how many of its rows count, name a known record, or are excluded, and why.
with

covered as (
    select * from {{ ref('int_source_rows_covered') }}
),

summed as (
    select
        source,
        object,
        month_start,
        sum(row_count) as row_count,
        sum(case when exclusion_reason is null then row_count else 0 end) as counted_count,
        sum(linked_count) as linked_count,
        sum(unlinked_count) as unlinked_count,
        sum(matched_count) as matched_count
    from covered
    group by source, object, month_start
),

reasons as (
    select
        source,
        object,
        month_start,
        {{ joined_in_order("exclusion_reason || ' ' || cast(row_count as varchar)", 'row_count desc, exclusion_reason') }}
            as exclusion_reasons
    from covered
    where exclusion_reason is not null
    group by source, object, month_start
),

final as (
    select
        cast(summed.source as varchar) as source,
        cast(summed.object as varchar) as object,
        summed.month_start,
        cast(summed.row_count as bigint) as row_count,
        cast(summed.counted_count as bigint) as counted_count,
        cast(summed.row_count - summed.counted_count as bigint) as excluded_count,
        round(
            cast(summed.row_count - summed.counted_count as double) / cast(summed.row_count as double), 12
        ) as excluded_share,
        cast(reasons.exclusion_reasons as varchar) as exclusion_reasons,
        case
            when summed.linked_count + summed.unlinked_count > 0
                then round(
                    cast(summed.linked_count as double) / cast(summed.linked_count + summed.unlinked_count as double), 12
                )
        end as linked_share,
        case
            when summed.object in ('rep', 'account', 'team', 'product', 'lead', 'opportunity')
                then cast(summed.matched_count as bigint)
        end as matched_count,
        case
            when summed.object in ('rep', 'account', 'team', 'product', 'lead', 'opportunity')
                then round(cast(summed.matched_count as double) / cast(summed.row_count as double), 12)
        end as matched_share
    from summed
    left join reasons
        on
            summed.source = reasons.source
            and summed.object = reasons.object
            and summed.month_start is not distinct from reasons.month_start
)

select * from final
