-- noqa: disable=LT09
-- Every current row of every source and object, once, with the reason for which it is excluded from all figures, null where it counts; and
-- the rows that could not be read. By source and object, current rows = counted + excluded. A row that names something that cannot be resolved
-- is set aside and shown with the quarantine; every run validates it again, because what is unknown today may arrive tomorrow.
with

-- of the extracts that count: the newest full one of an object, every delta
newest_extracts as (
    select
        source,
        object,
        max(extracted_at) as newest_extracted_at
    from {{ source('raw', 'load_ledger') }}
    where is_full
    group by source, object
),

unreadable_rows as (
    select quarantine.*
    from {{ source('raw', 'quarantine') }} as quarantine
    left join newest_extracts
        on quarantine.source = newest_extracts.source and quarantine.object = newest_extracts.object
    where newest_extracts.source is null or quarantine.extracted_at = newest_extracts.newest_extracted_at
),

crm_quotas as (
    {{ union_sources('quotas', 'source_key, source_file, source_row', 'is_current') }}
),

{% set origin = 'source, object, source_key, source_file, source_row' -%}
{% set row = origin ~ ', exclusion_reason' -%}
{% set set_aside = 'set_aside_reason, canonical_column, value, fix' -%}
register_rows as (
    select
        {{ origin }},
        case
            when register.dated_on is not null and {{ plausible('register.dated_on') }} is null then 'implausible_date'
            else register.exclusion_reason
        end as exclusion_reason,
        {{ set_aside }}
    from {{ ref('int_register_rows_validated') }} as register
    cross join {{ ref('int_as_of_determined') }} as as_of
    union all
    select
        'registers' as source,
        'crm_total' as object,
        source_key,
        source_file,
        source_row,
        exclusion_reason,
        set_aside_reason,
        column_name as canonical_column,
        value,
        fix
    from {{ ref('int_crm_totals_validated') }}
),

-- only the register is the plan
never_counted as (
    select source, 'quota' as object, source_key, source_file, source_row, 'not_the_plan' as exclusion_reason, true as is_readable
    from crm_quotas
    union all
    select source, object, null as source_key, source_file, source_row, reason as exclusion_reason, false as is_readable
    from unreadable_rows
),

unioned as (
    select {{ row }}, {{ set_aside }}, source_record_id, dated_on, is_linked, true as is_readable
    from {{ ref('int_record_rows_validated') }}
    union all
    select {{ row }}, {{ set_aside }}, null as source_record_id, null as dated_on, null as is_linked, true as is_readable
    from register_rows
    union all
    select
        {{ row }},
        {% for column in (set_aside ~ ', source_record_id, dated_on, is_linked').split(', ') -%}
        null as {{ column }},
        {% endfor -%}
        is_readable
    from never_counted
),

with_columns as (
    select
        unioned.*,
        coalesce(own.source_column, plain.source_column, unioned.canonical_column) as column_name,
        coalesce(sources.kind = 'register', false) as is_of_register
    from unioned
    left join {{ source('raw', 'source') }} as sources on unioned.source = sources.source
    -- what the source calls the column, else what a source without a name of its own does
    left join {{ ref('source_columns') }} as own
        on unioned.source = own.source and unioned.object = own.object and unioned.canonical_column = own.canonical_column
    left join {{ ref('source_columns') }} as plain
        on plain.source is null and unioned.object = plain.object and unioned.canonical_column = plain.canonical_column
),

final as (
    select
        {{ row }},
        source_record_id,
        dated_on,
        is_linked,
        is_readable,
        is_of_register,
        set_aside_reason,
        column_name,
        value,
        case
            when set_aside_reason is not null
                then
                    source_file || ', line ' || cast(source_row as varchar) || ', column ''' || column_name || ''': '
                    || coalesce('''' || value || '''', 'blank') || ' ' || fix || '.'
        end as message
    from with_columns
)

select * from final
