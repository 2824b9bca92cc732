{{ config(materialized='view') }}
-- The records of deals that are profiled: each deal by its creation and, closed, by its close; its stage changes; and the lines of deals
-- won, by the day of the win.
with

current_deals as (
    select * from {{ ref('int_opportunity_history') }}
    where known_to is null
),

opportunities as (
    select
        validated.*,
        current_deals.closed_on,
        current_deals.is_closed,
        current_deals.is_won,
        row_number() over (
            partition by validated.source, validated.opportunity_id
            order by
                case when validated.exclusion_reason is null then 0 else 1 end asc,
                validated.source_file asc,
                validated.source_row asc
        ) > 1 as is_copy
    from {{ ref('int_opportunity_history_validated') }} as validated
    left join current_deals on validated.opportunity_id = current_deals.opportunity_id
    where validated.known_to is null and (validated.exclusion_reason is null or validated.exclusion_reason = 'duplicate')
),

-- of a deal that moved to another system, the last version that the first system showed while it was authoritative
first_versions as (
    select
        versions.*,
        owners.resolved_id as owner_rep_id,
        row_number() over (
            partition by versions.source_opportunity_id
            order by versions.extracted_at desc, versions.source_file desc, versions.source_row desc
        ) as position_from_end
    from {{ ref('int_opportunity_versions') }} as versions
    inner join {{ ref('int_opportunity_records') }} as history
        on versions.source_opportunity_id = history.source_opportunity_id
    {{ join_reference('versions', 'owner_reference', 'rep', 'owners') }}
    where versions.is_in_force and history.position_of_record = 1 and not history.is_in_force
),

-- the creation counts in the first system; there the deal was open, or it would not have moved
created as (
    select
        {%- for column in [
            'source', 'source_key', 'owner_rep_id', 'amount', 'currency', 'account_reference', 'opportunity_type', 'loss_reason',
        ] %}
        case
            when first_versions.opportunity_id is null then opportunities.{{ column }}
            else first_versions.{{ column }}
        end as {{ column }},
        {%- endfor %}
        coalesce(first_versions.pipeline, opportunities.pipeline) as pipeline,
        first_versions.opportunity_id is null and coalesce(opportunities.is_closed, false) as is_closed,
        first_versions.opportunity_id is null and coalesce(opportunities.is_won, false) as is_won,
        opportunities.opportunity_id,
        opportunities.created_on,
        opportunities.created_at,
        opportunities.is_copy
    from opportunities
    left join first_versions
        on opportunities.opportunity_id = first_versions.opportunity_id and first_versions.position_from_end = 1
),

stage_changes as (
    select
        stage_log.*,
        current_deals.pipeline,
        current_deals.owner_id
    from {{ ref('int_stage_log_unioned') }} as stage_log
    inner join current_deals on stage_log.opportunity_id = current_deals.opportunity_id
    where stage_log.is_in_force
),

lines as (
    select
        validated.*,
        current_deals.pipeline,
        current_deals.owner_id,
        current_deals.closed_on
    from {{ ref('int_opportunity_parts') }} as validated
    inner join current_deals on validated.opportunity_id = current_deals.opportunity_id
    where
        validated.part = 'line'
        and validated.known_to is null
        and validated.exclusion_reason is null
        and current_deals.is_won
),

final as (
    {% set deal = {
        'source': 'source', 'object': "'opportunity'", 'record_key': 'source_key', 'owner_rep_id': 'owner_rep_id',
        'pipeline': 'pipeline', 'is_copy': 'is_copy', 'opportunity_id': 'opportunity_id', 'quantity': 'amount',
        'currency': 'currency', 'account_id': 'account_reference', 'opportunity_type': 'opportunity_type',
        'loss_reason': 'loss_reason', 'is_closed': 'coalesce(is_closed, false)', 'is_won': 'coalesce(is_won, false)',
    } -%}
    select
        {{- collection_record_columns(dict(deal, dated_by="'rows'", dated_on='created_on', happened_at='created_at')) }}
    from created
    union all
    select
        {{- collection_record_columns(dict(deal, dated_by="'close_date'", dated_on='closed_on', happened_at='closed_at')) }}
    from opportunities
    union all
    select
        {{- collection_record_columns({
            'source': 'source', 'object': "'stage_event'", 'dated_by': "'rows'", 'record_key': 'source_key',
            'owner_rep_id': 'owner_id', 'pipeline': 'pipeline', 'dated_on': 'changed_on', 'is_copy': 'false',
            'happened_at': 'changed_at', 'opportunity_id': 'opportunity_id', 'label': 'to_source_stage',
        }) }}
    from stage_changes
    union all
    select
        {{- collection_record_columns({
            'source': 'source', 'object': "'opportunity_line'", 'dated_by': "'rows'", 'record_key': 'source_key',
            'owner_rep_id': 'owner_id', 'pipeline': 'pipeline', 'dated_on': 'closed_on', 'is_copy': 'false',
            'opportunity_id': 'opportunity_id', 'quantity': 'quantity',
        }) }}
    from lines
)

select * from final
