{{ config(materialized='view') }}
-- The records of leads that are profiled: each lead by its creation and, qualified, by its qualification. Copies are kept and marked.
with

-- a lead that moved was entered in the first of its systems, which may still show it
first_leads as (
    select
        source,
        source_id,
        canonical_id
    from {{ ref('bridge_source_ids') }}
    where entity = 'lead' and in_force_from = cast('0001-01-01' as date)
),

leads as (
    select
        validated.*,
        coalesce(first_leads.source, validated.source) as entered_in,
        coalesce(validated.exclusion_reason = 'duplicate', false) as is_copy,
        coalesce(validated.exclusion_reason <> 'migrated', true) as is_in_force,
        row_number() over (
            partition by validated.lead_id
            order by
                case when validated.exclusion_reason = 'duplicate' then 1 else 0 end asc,
                case when validated.source_lead_id = first_leads.source_id then 0 else 1 end asc,
                validated.source_lead_id asc
        ) as position_of_record
    from {{ ref('int_lead_history') }} as validated
    left join first_leads on validated.lead_id = first_leads.canonical_id
    where
        validated.known_to is null
        and (validated.exclusion_reason is null or validated.exclusion_reason in ('duplicate', 'migrated'))
),

final as (
    {% set lead = {
        'object': "'lead'", 'record_key': 'source_key', 'owner_rep_id': 'owner_id', 'is_copy': 'is_copy',
        'opportunity_id': 'opportunity_id', 'label': 'lead_source',
    } -%}
    select
        {{- collection_record_columns(dict(
            lead, source='entered_in', dated_by="'rows'", dated_on='created_on', happened_at='created_at'
        )) }}
    from leads
    where is_copy or position_of_record = 1
    union all
    select
        {{- collection_record_columns(dict(
            lead, source='source', dated_by="'qualified_at'", dated_on='qualified_on', happened_at='qualified_at'
        )) }}
    from leads
    where is_in_force
)

select * from final
