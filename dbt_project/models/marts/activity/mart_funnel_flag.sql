-- Many leads, few qualified: at least as many leads as usual, and a share of qualified ones that lies below the segment's own earlier share,
-- or below the rest of the company's, by more than chance.
{% set minimum_leads = var('minimum_reached_count') %}

with

qualifications as (
    select
        segment_type,
        segment_id,
        period_type,
        period_start,
        period_end,
        qualifiable_count as lead_count,
        qualified_count
    from {{ ref('int_leads_summed') }}
    where qualifiable_count > 0
),

-- where no qualification was recorded, 0 qualified is unknown
counted as (
    select
        qualifications.segment_type,
        qualifications.segment_id,
        qualifications.period_type,
        qualifications.period_start,
        qualifications.period_end,
        qualifications.lead_count,
        case
            when qualifications.qualified_count = 0 then {{ none_or_unknown('qualifications') }}
            else qualifications.qualified_count
        end as qualified_count,
        row_number() over (
            partition by qualifications.segment_type, qualifications.segment_id, qualifications.period_type
            order by qualifications.period_start
        ) as position_of_period
    from qualifications
    {{ join_collection('qualifications', 'qualifications.segment_type', 'qualifications.segment_id', "'leads_qualified'") }}
),

earlier as (
    select
        own.segment_type,
        own.segment_id,
        own.period_type,
        own.period_start,
        count(*) as earlier_period_count,
        round({{ median('cast(previous.lead_count as double)') }}, 12) as earlier_median_lead_count,
        cast(sum(previous.lead_count) as bigint) as earlier_lead_count,
        cast(sum(previous.qualified_count) as bigint) as earlier_qualified_count
    from counted as own
    inner join counted as previous
        on
            own.segment_type = previous.segment_type
            and own.segment_id = previous.segment_id
            and own.period_type = previous.period_type
            and previous.position_of_period between own.position_of_period - {{ var('flag_earlier_periods') }}
            and own.position_of_period - 1
    where previous.qualified_count is not null
    group by own.segment_type, own.segment_id, own.period_type, own.period_start
    having count(*) >= {{ var('flag_minimum_earlier_periods') }}
),

joined as (
    select
        counted.segment_type,
        counted.segment_id,
        segments.segment_name,
        segments.is_leaf_team,
        counted.period_type,
        counted.period_start,
        counted.period_end,
        counted.lead_count,
        counted.qualified_count,
        earlier.earlier_period_count,
        earlier.earlier_median_lead_count,
        earlier.earlier_lead_count,
        earlier.earlier_qualified_count,
        case when counted.segment_type <> 'company' then company.lead_count - counted.lead_count end as rest_lead_count,
        case
            when counted.segment_type <> 'company' then company.qualified_count - counted.qualified_count
        end as rest_qualified_count
    from counted
    inner join {{ ref('int_segments_listed') }} as segments using (segment_type, segment_id)
    inner join earlier using (segment_type, segment_id, period_type, period_start)
    inner join counted as company using (period_type, period_start)
    where company.segment_type = 'company'
),

bounded as (
    select
        {%- for other in ['earlier', 'rest'] %}
        {%- for bound, name in [('-', 'low'), ('+', 'high')] %}
        {{ newcombe_bound(
            'qualified_count', 'lead_count', other ~ '_qualified_count', other ~ '_lead_count', bound
        ) }} as gap_to_{{ other }}_{{ name }},
        {%- endfor %}
        {%- endfor %}
        joined.*
    from joined
),

figures as (
    select
        *,
        'many_leads_few_qualified' as flag,
        lead_count >= greatest(cast({{ minimum_leads }} as double), earlier_median_lead_count)
        and (coalesce(gap_to_earlier_high < 0, false) or coalesce(gap_to_rest_high < 0, false)) as is_raised,
        cast(qualified_count as double) / cast(lead_count as double) as qualified_rate,
        cast(earlier_qualified_count as double) / cast(earlier_lead_count as double) as earlier_qualified_rate,
        cast(rest_qualified_count as double) / nullif(cast(rest_lead_count as double), 0) as rest_qualified_rate,
        cast({{ minimum_leads }} as bigint) as minimum_lead_count,
        cast({{ var('lead_qualification_days') }} as bigint) as qualification_days
    from bounded
),

final as (
    {{ with_comparability(
        'figures', 'figures.segment_type', 'figures.segment_id',
        "'leads_qualified'", value='figures.qualified_count'
    ) }}
)

select * from final
