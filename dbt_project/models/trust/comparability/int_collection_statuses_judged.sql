-- noqa: disable=LT02
-- How each scope was collected in each period, and whether that may be compared with the period before and the same one a year before.
-- A break that passed (an outage, a burst) spoils the periods that it lies in; any other divides what came before from what came after.
with

scopes as (
    select * from {{ ref('int_collection_scopes_assigned') }}
    where stands_for_scope
),

touches as (
    select * from {{ ref('int_collection_touches_found') }}
),

breaks as (
    select * from {{ ref('int_collection_breaks_unioned') }}
),

spans as (
    select * from {{ ref('int_recorded_spans_merged') }}
),

periods as (
    select
        period_type,
        period_start,
        period_end,
        is_complete,
        case period_type
            when 'week' then {{ add_days('period_start', -364) }}
            else {{ add_months('period_start', -12) }}
        end as year_ago_start
    from {{ ref('int_periods_in_use') }}
),

followed as (
    select
        periods.*,
        lag(periods.period_start) over (partition by periods.period_type order by periods.period_start) as previous_start,
        lag(periods.period_end) over (partition by periods.period_type order by periods.period_start) as previous_end,
        year_ago.period_end as year_ago_end
    from periods
    left join periods as year_ago
        on
            periods.period_type = year_ago.period_type
            and periods.year_ago_start = year_ago.period_start
),

scope_breaks as (
    select
        scopes.scope_id,
        touches.is_whole,
        breaks.*,
        breaks.kind in ('tracking_started', 'tracking_stopped', 'outage') as is_gap
    from scopes
    inner join touches
        on
            scopes.segment_type = touches.segment_type
            and scopes.segment_id = touches.segment_id
            and scopes.pipeline = touches.pipeline
            and scopes.metric = touches.metric
    inner join breaks on touches.break_id = breaks.break_id
),

beside as (
    select
        scope_breaks.scope_id,
        scope_breaks.break_id,
        scope_breaks.bridge_rule is not null as is_bridged,
        followed.period_type,
        followed.period_start,
        coalesce(
            scope_breaks.is_whole
            and scope_breaks.untracked_from <= followed.period_start
            and scope_breaks.untracked_to >= followed.period_end, false
        ) as is_untracked,
        {{ break_lies_within('scope_breaks', 'followed.period_start', 'followed.period_end') }} as is_within,
        scope_breaks.is_gap,
        {%- for earlier in ['previous', 'year_ago'] %}
        coalesce(
            {{ break_divides(
                'scope_breaks', 'followed.period_start', 'followed.period_end',
                'followed.' ~ earlier ~ '_start', 'followed.' ~ earlier ~ '_end'
            ) }} and followed.{{ earlier }}_end is not null, false
        ) as divides_from_{{ earlier }}{{ ',' if not loop.last }}
        {%- endfor %}
    from scope_breaks
    cross join followed
),

met as (
    select
        scope_id,
        period_type,
        period_start,
        break_id,
        is_untracked,
        is_within,
        {%- for earlier in ['previous', 'year_ago'] %}
        divides_from_{{ earlier }} and not is_bridged as divides_from_{{ earlier }},
        divides_from_{{ earlier }} and is_bridged as is_bridged_from_{{ earlier }},
        {%- endfor %}
        is_untracked or (is_within and is_gap) as is_partial
    from beside
    where is_untracked or is_within or divides_from_previous or divides_from_year_ago
),

recorded as (
    select
        scopes.scope_id,
        followed.period_type,
        followed.period_start
    from scopes
    inner join spans
        on
            scopes.segment_type = spans.segment_type
            and scopes.segment_id = spans.segment_id
            and scopes.metric = spans.metric
    inner join followed
        on
            spans.recorded_from <= followed.period_end
            and spans.recorded_to >= followed.period_start
    except
    select
        scope_id,
        period_type,
        period_start
    from met
    where is_untracked
),

known as (
    select
        scopes.scope_id,
        followed.*,
        recorded.scope_id is not null as is_recorded
    from scopes
    cross join followed
    left join recorded
        on
            scopes.scope_id = recorded.scope_id
            and followed.period_type = recorded.period_type
            and followed.period_start = recorded.period_start
),

{{ judged_by_breaks('known', 'met', ['scope_id', 'period_type'], 'period_start') }},

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
        comparability_reasons
    from judged
)

select * from final
