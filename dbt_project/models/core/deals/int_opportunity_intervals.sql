-- The intervals of days of each deal within which nothing changed in what had been delivered of it: its rows, log, splits and lines, nor which
-- system is in force. known_to is the first day of the next interval, null for today's.
{% set columns = 'opportunity_reference, extracted_at, superseded_at, is_current' %}

with

matches as (
    select * from {{ ref('bridge_source_ids') }}
    where entity = 'opportunity'
),

splits_and_lines as (
    {{ union_sources('opportunity_splits', columns) }}
    union all
    {{ union_sources('opportunity_lines', columns) }}
),

parts as (
    select
        {{ referenced_id('source', 'opportunity_reference') }} as source_opportunity_id,
        {{ delivery_days('splits_and_lines') }}
    from splits_and_lines
),

delivered as (
    select
        opportunity_id,
        delivered_on,
        superseded_on
    from {{ ref('int_opportunities_unioned') }}
    union all
    select
        coalesce(matches.canonical_id, parts.source_opportunity_id) as opportunity_id,
        parts.delivered_on,
        parts.superseded_on
    from parts
    left join matches on parts.source_opportunity_id = matches.source_id
    union all
    select
        opportunity_id,
        delivered_on,
        cast(null as date) as superseded_on
    from {{ ref('int_stage_log_unioned') }}
    where is_in_force
    union all
    select
        canonical_id as opportunity_id,
        in_force_from as delivered_on,
        cast(null as date) as superseded_on
    from matches
    where in_force_from > cast('0001-01-01' as date)
),

final as (
    {{ intervals_between('delivered', 'opportunity_id', ['delivered_on', 'superseded_on']) }}
)

select * from final
