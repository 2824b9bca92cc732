-- The records that changed a closed period since its end: what each was credited with in it, by rep and team, as known then and as known today.
with

credit_history as (
    select * from {{ ref('int_metric_credit_history') }}
),

cutoffs as (
    select distinct
        object,
        period_type,
        period_start,
        period_end,
        days_after,
        cutoff_on
    from {{ ref('int_restatement_cutoffs_dated') }}
),

-- what is known today and was known on its own day has changed no period that holds the day
changing as (
    select
        credit_history.*,
        metrics.object as metric_object,
        credit_history.known_to is null as is_known_now
    from credit_history
    inner join {{ ref('metrics') }} as metrics on credit_history.metric = metrics.metric
    where credit_history.known_to is not null or credit_history.known_from > credit_history.credited_on
),

changed as (
    select
        changing.metric,
        changing.object,
        changing.object_id,
        changing.rep_id,
        changing.team_id,
        cutoffs.period_type,
        cutoffs.period_start,
        cutoffs.period_end,
        cutoffs.days_after,
        cutoffs.cutoff_on,
        coalesce(max(case when changing.is_known_now then changing.source end), max(changing.source)) as source,
        sum(case when changing.is_known_now then 0 else changing.amount end) as reported_amount,
        sum(case when changing.is_known_now then changing.amount else 0 end) as current_amount
    from changing
    inner join {{ ref('int_period_dates_expanded') }} as period_dates on changing.credited_on = period_dates.date_day
    inner join cutoffs
        on
            changing.metric_object = cutoffs.object
            and period_dates.period_type = cutoffs.period_type
            and period_dates.period_start = cutoffs.period_start
    where
        case
            when changing.is_known_now then changing.known_from > cutoffs.cutoff_on
            else {{ is_known_on('changing', 'cutoffs.cutoff_on', 'known_from', 'known_to') }}
        end
    group by
        changing.metric, changing.object, changing.object_id, changing.rep_id, changing.team_id, cutoffs.period_type,
        cutoffs.period_start, cutoffs.period_end, cutoffs.days_after, cutoffs.cutoff_on
    having sum(case when changing.is_known_now then changing.amount else -changing.amount end) <> 0
),

records as (
    select distinct
        metric,
        object_id,
        cutoff_on
    from changed
),

-- who was credited with the whole record then and is now, in whatever period
credited_then as (
    select
        records.metric,
        records.object_id,
        records.cutoff_on,
        {{ listed_in_order('credit_history.rep_id', 'credit_history.rep_id') }} as rep_ids,
        max(credit_history.credited_on) as credited_on
    from records
    inner join credit_history
        on
            records.metric = credit_history.metric
            and records.object_id = credit_history.object_id
            and {{ is_known_on('credit_history', 'records.cutoff_on', 'known_from', 'known_to') }}
    group by records.metric, records.object_id, records.cutoff_on
),

credited_now as (
    select
        metric,
        object_id,
        {{ listed_in_order('rep_id', 'rep_id') }} as rep_ids,
        max(credited_on) as credited_on
    from credit_history
    where known_to is null and object_id in (select records.object_id from records)
    group by metric, object_id
),

final as (
    select
        changed.metric,
        changed.object,
        changed.object_id,
        changed.source,
        changed.rep_id,
        changed.team_id,
        changed.period_type,
        changed.period_start,
        changed.period_end,
        -- only periods that are over have a day that is compared
        true as is_complete,
        changed.days_after,
        cast(changed.reported_amount as decimal(28, 10)) as reported_amount,
        cast(changed.current_amount as decimal(28, 10)) as current_amount,
        cast(changed.current_amount - changed.reported_amount as decimal(28, 10)) as change_amount,
        case
            when credited_then.rep_ids is null then 'added'
            when credited_now.rep_ids is null then 'removed'
            else 'changed'
        end as change_kind,
        credited_then.rep_ids as reported_rep_ids,
        credited_now.rep_ids as current_rep_ids,
        credited_then.credited_on as reported_credited_on,
        credited_now.credited_on as current_credited_on
    from changed
    left join credited_then using (metric, object_id, cutoff_on)
    left join credited_now using (metric, object_id)
)

select * from final
