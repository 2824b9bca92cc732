-- The records that a step of mart_tie_out moves, each with what it added to the total before the step and adds after it. Nothing is rounded by
-- record: what the rounded total of a step has more goes to the largest of its records (tie: the smallest id).
with

readings as (
    select * from {{ ref('int_tie_out_readings') }}
    where reason is null
),

moved as (
    {% for step in range(1, 8) -%}
    select
        *,
        {{ step }} as step_number,
        stage_{{ step - 1 }} as amount_before,
        stage_{{ step }} - stage_{{ step - 1 }} as difference
    from {{ ref('int_tie_out_stages') }}
    where stage_{{ step }} <> stage_{{ step - 1 }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- who is credited with a record, in and out of the scope of the total
holders as (
    select
        figure_id,
        read_on,
        record_id,
        {{ listed_in_order('rep_id', 'rep_id') }} as rep_ids
    from {{ ref('int_tie_out_credits') }}
    group by figure_id, read_on, record_id
),

explained as (
    select
        moved.*,
        readings.source,
        readings.metric,
        readings.period_type,
        readings.period_start,
        readings.scope_type,
        readings.scope,
        readings.scope_id,
        readings.object,
        readings.read_on,
        case moved.step_number
            when 1 then 'date'
            when 2 then 'period'
            when 3 then case when moved.stage_3 = 0 then 'no_rate' else 'rate' end
            when 4 then moved.exclusion_reason
            when 5 then case when moved.is_of_the_crm then moved.exclusion_reason else 'other_system' end
            when 6
                then case
                    when position(',' in holders_then.rep_ids) > 0 then 'split'
                    when holders_then.rep_ids <> moved.owner_id then 'owner_at_close'
                    else 'team_on_date'
                end
            else case
                when moved.credited_on_today > readings.read_on then 'later_business'
                when not readings.has_period and (holders_then.rep_ids is null or holders_today.rep_ids is null)
                    then 'later_business'
                when holders_then.rep_ids is null and moved.owner_id is null then 'late_entry'
                else 'correction'
            end
        end as cause
    from moved
    inner join readings on moved.source_key = readings.source_key
    left join holders as holders_then
        on
            readings.figure_id = holders_then.figure_id
            and readings.read_on = holders_then.read_on
            and moved.record_id = holders_then.record_id
    left join holders as holders_today
        on
            readings.figure_id = holders_today.figure_id
            and holders_today.read_on is null
            and moved.record_id = holders_today.record_id
),

allocated as (
    select
        explained.*,
        steps.step,
        steps.is_complete,
        steps.step_amount - sum(explained.difference) over in_step as residual,
        row_number() over (
            partition by explained.source_key, explained.step_number
            order by abs(explained.difference) desc, explained.record_id asc
        ) as position_in_step
    from explained
    inner join {{ ref('mart_tie_out') }} as steps
        on
            explained.source = steps.source
            and explained.metric = steps.metric
            and explained.scope_type = steps.scope_type
            and explained.scope_id = steps.scope_id
            and coalesce(explained.period_type, '') = coalesce(steps.period_type, '')
            and coalesce(explained.period_start, explained.read_on) = coalesce(steps.period_start, steps.read_on)
            and explained.step_number = steps.step_number
    where steps.status <> 'unknown'
    window in_step as (partition by explained.source_key, explained.step_number)
),

rounded as (
    select
        *,
        step_number = 7 and record_file_today is not null as is_shown_today,
        difference + case when position_in_step = 1 then residual else 0 end as rounded_difference
    from allocated
),

final as (
    select
        cast(source as varchar) as source,
        cast(metric as varchar) as metric,
        cast(period_type as varchar) as period_type,
        period_start,
        is_complete,
        cast(scope_type as varchar) as scope_type,
        cast(scope as varchar) as scope,
        cast(scope_id as varchar) as scope_id,
        cast(step_number as integer) as step_number,
        cast(step as varchar) as step,
        cast(object as varchar) as object,
        cast(record_id as varchar) as record_id,
        cast(amount_before as decimal(28, 10)) as amount_before,
        cast(amount_before + rounded_difference as decimal(28, 10)) as amount_after,
        cast(rounded_difference as decimal(28, 10)) as difference,
        cast(cause as varchar) as cause,
        cast(case when is_shown_today then record_file_today else record_file end as varchar) as source_file,
        cast(case when is_shown_today then record_row_today else record_row end as bigint) as source_row
    from rounded
)

select * from final
