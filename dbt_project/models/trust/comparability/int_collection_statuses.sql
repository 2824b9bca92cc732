-- noqa: disable=LT02,LT09
-- How each scope was collected in each period, and whether that may be compared with the period before and the same period a year before.
-- A break that has passed (an outage, a burst) concerns the periods that it lies in; any other one divides earlier from later periods.
with

scopes as (
    select * from {{ ref('int_collection_scopes_assigned') }}
    where is_scope_representative
),

affected_figures as (
    select * from {{ ref('int_affected_figures') }}
),

breaks as (
    select * from {{ ref('collection_break') }}
),

spans as (
    select * from {{ ref('int_recorded_spans') }}
),

periods as (
    select
        *,
        case period_type
            when 'week' then {{ add_days('period_start', -364) }}
            else lag(period_start) over (partition by period_type, period_number order by period_start)
        end as year_ago_start
    from {{ ref('int_periods_in_use') }}
),

compared_periods as (
    select
        periods.*,
        lag(periods.period_start) over (partition by periods.period_type order by periods.period_start) as previous_start,
        lag(periods.period_end) over (partition by periods.period_type order by periods.period_start) as previous_end,
        year_ago.period_end as year_ago_end
    from periods
    left join periods as year_ago
        on periods.period_type = year_ago.period_type and periods.year_ago_start = year_ago.period_start
),

-- a segment loses the days on which it is in the population, and is divided where it was on the day of the break or the day before
affected as (
    select
        breaks.*,
        scopes.scope_id,
        breaks.bridge_rule is not null as is_bridged,
        case
            when breaks.unrecorded_from is not null then greatest(breaks.unrecorded_from, affected_figures.present_from)
        end as lost_from,
        least(breaks.unrecorded_to, affected_figures.present_to) as lost_to,
        affected_figures.present_from <= coalesce(breaks.ends_on, breaks.starts_on)
        and affected_figures.present_to >= {{ add_days('breaks.starts_on', -1) }} as is_present
    from scopes
    inner join affected_figures using (segment_type, segment_id, pipeline, metric)
    inner join breaks on affected_figures.break_id = breaks.break_id
),

break_periods as (
    select
        affected.*,
        compared_periods.period_type,
        compared_periods.period_start,
        {%- for earlier in ['period', 'previous', 'year_ago'] %}
        coalesce(
            affected.lost_from <= compared_periods.{{ earlier }}_end
            and affected.lost_to >= compared_periods.{{ earlier }}_start, false
        ) as is_unrecorded_in_{{ earlier }},
        {%- endfor %}
        {%- for earlier in ['previous', 'year_ago'] %}
        coalesce(
            {{ break_divides(
                'affected', 'compared_periods.period_start', 'compared_periods.period_end',
                'compared_periods.' ~ earlier ~ '_start', 'compared_periods.' ~ earlier ~ '_end'
            ) }} and compared_periods.{{ earlier }}_end is not null and affected.is_present, false
        ) as divides_from_{{ earlier }},
        {%- endfor %}
        {{ break_lies_within('affected', 'compared_periods.period_start', 'compared_periods.period_end') }}
        and affected.is_present as is_within
    from affected
    cross join compared_periods
),

affecting as (
    select
        scope_id,
        period_type,
        period_start,
        break_id,
        is_within,
        {%- for earlier in ['previous', 'year_ago'] %}
        is_unrecorded_in_period or is_unrecorded_in_{{ earlier }} or (divides_from_{{ earlier }} and not is_bridged)
            as divides_from_{{ earlier }},
        divides_from_{{ earlier }} and is_bridged as is_bridged_from_{{ earlier }},
        {%- endfor %}
        is_unrecorded_in_period or (is_within and is_gap) as is_partial
    from break_periods
    where
        is_unrecorded_in_period or is_unrecorded_in_previous or is_unrecorded_in_year_ago
        or is_within or divides_from_previous or divides_from_year_ago
),

-- the spans are without the days that trusted breaks leave unrecorded
recorded as (
    select distinct scopes.scope_id, compared_periods.period_type, compared_periods.period_start
    from scopes
    inner join spans using (segment_type, segment_id, recorded_as)
    inner join compared_periods
        on spans.recorded_from <= compared_periods.period_end and spans.recorded_to >= compared_periods.period_start
),

known as (
    select
        scopes.scope_id,
        compared_periods.*,
        recorded.scope_id is not null as is_recorded
    from scopes
    cross join compared_periods
    left join recorded
        on
            scopes.scope_id = recorded.scope_id
            and compared_periods.period_type = recorded.period_type
            and compared_periods.period_start = recorded.period_start
),

{{ comparability_by_breaks('known', 'affecting', ['scope_id', 'period_type'], 'period_start') }},

final as (
    select
        scope_id,
        period_type,
        period_start,
        previous_end as previous_period_end,
        year_ago_end as year_ago_period_end,
        is_complete,
        collection_status,
        comparability_previous as comparability,
        comparability_year_ago,
        comparability_reasons,
        comparability_year_ago_reasons
    from evaluated
)

select * from final
