-- What else a deal is told apart by: the source of its first lead, the product family with most of its lines' amount, and the
-- band of its size. Of a source that blanks the amounts of lost deals no deal has a size: those that have one would all be won.
{% set thresholds = var('deal_size_thresholds') %}

with

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

sources as (
    select * from {{ source('raw', 'source') }}
),

leads as (
    select * from {{ ref('int_leads_validated') }}
    where exclusion_reason is null
),

products as (
    select
        product_id,
        family
    from {{ ref('int_products_matched') }}
    where family is not null
),

sources_with_leads as (
    select distinct source from leads
),

leads_in_order as (
    select
        opportunity_id,
        lead_source,
        row_number() over (
            partition by opportunity_id order by created_at asc nulls last, lead_id asc
        ) as position_of_lead
    from leads
    where opportunity_id is not null
),

families as (
    select
        lines.opportunity_id,
        products.family,
        sum(
            cast(cast(lines.quantity as decimal(20, 4)) * lines.unit_price as decimal(26, 4))
            * cast(1 - coalesce(lines.discount_rate, 0) as decimal(9, 6))
        ) as family_amount
    from {{ ref('int_opportunity_lines_validated') }} as lines
    inner join products on lines.product_id = products.product_id
    where lines.exclusion_reason is null
    group by lines.opportunity_id, products.family
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

final as (
    select
        opportunities.opportunity_id,
        case
            when leads_in_order.opportunity_id is not null then coalesce(leads_in_order.lead_source, 'unknown')
            when sources_with_leads.source is not null then 'no lead'
            else 'unknown'
        end as lead_source,
        coalesce(families_in_order.family, products.family, 'unknown') as product_family,
        case
            when opportunities.amount_reporting is null or sources.lost_amount_is_blank then 'unknown'
            when opportunities.amount_reporting < {{ thresholds[0] }} then 'below {{ thresholds[0] }}'
            {%- for threshold in thresholds[1:] %}
            when opportunities.amount_reporting < {{ threshold }}
                then 'from {{ thresholds[loop.index0] }} to below {{ threshold }}'
            {%- endfor %}
            else 'from {{ thresholds[-1] }}'
        end as deal_size
    from opportunities
    left join sources on opportunities.source = sources.source
    left join leads_in_order
        on
            opportunities.opportunity_id = leads_in_order.opportunity_id
            and leads_in_order.position_of_lead = 1
    left join families_in_order
        on
            opportunities.opportunity_id = families_in_order.opportunity_id
            and families_in_order.position_of_family = 1
    left join products on opportunities.product_id = products.product_id
    left join sources_with_leads on opportunities.source = sources_with_leads.source
)

select * from final
