-- The CRMs' own logs of stage changes, of every source that keeps one. Of a migrated deal a change is in force where its system was in
-- force on that day; what the old system dropped later stays as it was last delivered. A change on a day that cannot be true never is.
{% set columns %}
    opportunity_reference, to_source_stage, changed_at, changed_by, source_key, source_file, source_row, row_hash, extracted_at,
    superseded_at, is_current
{% endset %}

with

identified as (
    select
        {{ referenced_id('unioned.source', 'unioned.opportunity_reference') }} as source_opportunity_id,
        unioned.*,
        {{ business_date('unioned.changed_at') }} as changed_on,
        unioned.changed_at is null or {{ plausible(business_date('unioned.changed_at')) }} is not null as is_plausible,
        {{ business_date('unioned.extracted_at') }} as delivered_on
    from ({{ union_sources('stage_events', columns, 'source_exclusion is null') }}) as unioned
    cross join {{ ref('int_as_of_determined') }} as as_of
),

matches as (
    select * from {{ ref('bridge_source_ids') }}
    where entity = 'opportunity'
),

current_changes as (
    select
        coalesce(matches.canonical_id, identified.source_opportunity_id) as opportunity_id,
        identified.*,
        coalesce(identified.is_plausible and identified.changed_on between matches.in_force_from and matches.in_force_to, true)
            as is_in_force
    from identified
    left join matches on identified.source_opportunity_id = matches.source_id
    where identified.is_current
),

left_behind as (
    select
        matches.canonical_id as opportunity_id,
        identified.*,
        row_number() over (
            partition by identified.source, identified.source_key
            order by identified.superseded_at desc, identified.row_hash desc
        ) = 1 as is_in_force
    from identified
    inner join matches on identified.source_opportunity_id = matches.source_id
    left join current_changes
        on identified.source = current_changes.source and identified.source_key = current_changes.source_key
    where
        not identified.is_current
        and identified.is_plausible
        and current_changes.source_key is null
        and identified.changed_on between matches.in_force_from and matches.in_force_to
        and {{ business_date('identified.superseded_at') }} > matches.in_force_to
),

final as (
    select * from current_changes
    union all
    select * from left_behind
    where is_in_force
)

select * from final
