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
    from {{ ref('int_periods_generated') }}
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
        breaks.kind in ('tracking_started', 'tracking_stopped') as is_tracking
    from scopes
    inner join touches
        on
            scopes.segment_type = touches.segment_type
            and scopes.segment_id = touches.segment_id
            and scopes.pipeline = touches.pipeline
            and scopes.metric = touches.metric
    inner join breaks on touches.break_id = breaks.break_id
),

met as (
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
        scope_breaks.is_tracking or scope_breaks.kind = 'outage' as is_gap,
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

-- which breaks count is known only when it is known what was recorded then
summed as (
    select
        scope_id,
        period_type,
        period_start,
        bool_or(is_untracked) as is_untracked,
        bool_or(is_within and is_gap) as has_gap,
        bool_or(is_within) as has_break,
        {%- for earlier in ['previous', 'year_ago'] %}
        bool_or(divides_from_{{ earlier }} and not is_bridged) as is_divided_from_{{ earlier }},
        bool_or(divides_from_{{ earlier }} and is_bridged) as is_bridged_from_{{ earlier }}{{ ',' if not loop.last }}
        {%- endfor %}
    from met
    where is_untracked or is_within or divides_from_previous or divides_from_year_ago
    group by scope_id, period_type, period_start
),

recorded as (
    select distinct
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
),

own as (
    select
        scopes.scope_id,
        followed.*,
        summed.is_divided_from_previous,
        summed.is_bridged_from_previous,
        summed.is_divided_from_year_ago,
        summed.is_bridged_from_year_ago,
        case
            when recorded.scope_id is null or summed.is_untracked then 'not_recorded'
            when summed.has_gap then 'partial'
            when summed.has_break then 'mixed'
            else 'whole'
        end as collection_status
    from scopes
    cross join followed
    left join summed
        on
            scopes.scope_id = summed.scope_id
            and followed.period_type = summed.period_type
            and followed.period_start = summed.period_start
    left join recorded
        on
            scopes.scope_id = recorded.scope_id
            and followed.period_type = recorded.period_type
            and followed.period_start = recorded.period_start
),

compared as (
    select
        own.*,
        {%- for earlier in ['previous', 'year_ago'] %}
        case
            when coalesce({{ earlier }}.collection_status, 'not_recorded') = 'not_recorded' then 'unknown'
            when own.collection_status = 'not_recorded' or own.is_divided_from_{{ earlier }} then 'not_comparable'
            when own.is_bridged_from_{{ earlier }} then 'bridged'
            else 'comparable'
        end as comparability_{{ earlier }}{{ ',' if not loop.last }}
        {%- endfor %}
    from own
    {%- for earlier in ['previous', 'year_ago'] %}
    left join own as {{ earlier }}
        on
            own.scope_id = {{ earlier }}.scope_id
            and own.period_type = {{ earlier }}.period_type
            and own.{{ earlier }}_start = {{ earlier }}.period_start
    {%- endfor %}
),

reasons as (
    select
        compared.scope_id,
        compared.period_type,
        compared.period_start,
        {{ listed_in_order('met.break_id', 'met.break_id') }} as comparability_reasons
    from compared
    inner join met
        on
            compared.scope_id = met.scope_id
            and compared.period_type = met.period_type
            and compared.period_start = met.period_start
    where
        met.is_untracked
        or met.is_within
        or (met.divides_from_previous and compared.comparability_previous in ('not_comparable', 'bridged'))
        or (met.divides_from_year_ago and compared.comparability_year_ago in ('not_comparable', 'bridged'))
    group by compared.scope_id, compared.period_type, compared.period_start
),

final as (
    select
        compared.scope_id,
        compared.period_type,
        compared.period_start,
        compared.previous_end as previous_period_end,
        compared.year_ago_end as year_ago_period_end,
        compared.is_complete,
        compared.collection_status,
        compared.comparability_previous as comparability,
        compared.comparability_year_ago,
        reasons.comparability_reasons
    from compared
    left join reasons
        on
            compared.scope_id = reasons.scope_id
            and compared.period_type = reasons.period_type
            and compared.period_start = reasons.period_start
)

select * from final
