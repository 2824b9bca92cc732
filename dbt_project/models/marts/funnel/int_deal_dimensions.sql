-- The value of each deal in each dimension of the breakdown: the source of its first lead, the product family with the largest amount of its
-- lines, and the band of its amount. Where a source blanks the amounts of lost deals, no deal has a size: those with one would all be won.
{% set thresholds = var('deal_size_thresholds') %}

with

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

sources as (
    select * from {{ source('raw', 'source') }}
),

leads as (
    select * from {{ ref('int_lead_history') }}
    where exclusion_reason is null and known_to is null
),

products as (
    select
        product_id,
        family
    from {{ ref('dim_products') }}
    where family is not null
),

opportunity_lines as (
    select * from {{ ref('int_opportunity_parts') }}
    where part = 'line' and exclusion_reason is null and known_to is null
),

sources_with_leads as (
    select distinct source from leads
),

leads_in_order as (
    select
        opportunity_id,
        lead_source,
        row_number() over (partition by opportunity_id order by created_at asc nulls last, lead_id asc) as position_of_lead
    from leads
    where opportunity_id is not null
),

families as (
    select
        opportunity_lines.opportunity_id,
        products.family,
        -- a line that is too large to be true says nothing
        sum(case
            when not {{ is_too_large('opportunity_lines.quantity', 'opportunity_lines.unit_price') }}
                then
                    cast(cast(opportunity_lines.quantity as decimal(20, 4)) * opportunity_lines.unit_price as decimal(26, 4))
                    * cast(1 - coalesce(opportunity_lines.discount_rate, 0) as decimal(9, 6))
        end) as family_amount
    from opportunity_lines
    inner join products using (product_id)
    group by opportunity_lines.opportunity_id, products.family
),

families_in_order as (
    select
        opportunity_id,
        family,
        row_number() over (
            partition by opportunity_id order by family_amount desc nulls last, family asc
        ) as position_of_family
    from families
),

sizes as (
    {%- for threshold in thresholds %}
    select
        {{ threshold }} as amount_from,
        {{ 'null' if loop.last else thresholds[loop.index] }} as amount_below
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

final as (
    select
        opportunities.opportunity_id,
        'lead_source' as dimension,
        case
            when leads_in_order.position_of_lead is not null then coalesce(leads_in_order.lead_source, 'unknown')
            when sources_with_leads.source is not null then 'no lead'
            else 'unknown'
        end as "value"
    from opportunities
    left join leads_in_order
        on opportunities.opportunity_id = leads_in_order.opportunity_id and leads_in_order.position_of_lead = 1
    left join sources_with_leads on opportunities.source = sources_with_leads.source
    union all
    select
        opportunities.opportunity_id,
        'product_family' as dimension,
        coalesce(families_in_order.family, products.family, 'unknown') as "value"
    from opportunities
    left join families_in_order
        on opportunities.opportunity_id = families_in_order.opportunity_id and families_in_order.position_of_family = 1
    left join products on opportunities.product_id = products.product_id
    union all
    select
        opportunities.opportunity_id,
        'deal_size' as dimension,
        case
            when opportunities.amount_reporting is null or sources.lost_amount_is_blank then 'unknown'
            when sizes.amount_from is null then 'below {{ thresholds[0] }}'
            when sizes.amount_below is null then 'from ' || cast(sizes.amount_from as varchar)
            else 'from ' || cast(sizes.amount_from as varchar) || ' to below ' || cast(sizes.amount_below as varchar)
        end as "value"
    from opportunities
    left join sources on opportunities.source = sources.source
    left join sizes
        on
            opportunities.amount_reporting >= sizes.amount_from
            and (sizes.amount_below is null or opportunities.amount_reporting < sizes.amount_below)
)

select * from final
