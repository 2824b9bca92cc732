-- Each open deal as of as_of: its stage and age, whether its expected close date has slipped or passed, and whether it had an activity
-- lately. What a source cannot show is null: a single extract does not show whether a close date slipped.
{% set age_bands = var('pipeline_age_bands') %}

with

deals as (
    select * from {{ ref('fct_opportunities') }}
    where not is_closed
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

stages as (
    select
        *,
        count(*) over (partition by pipeline) as stage_count
    from {{ ref('int_funnel_stages') }}
    where definition = 'current' and subject_type = 'opportunity' and not is_won
),

slips as (
    select
        opportunity_id,
        count(case when close_date_moved_days > 0 then 1 end) as slip_count,
        sum(close_date_moved_days) as moved_days
    from {{ ref('int_deal_changes') }}
    where close_date_moved_days is not null
    group by opportunity_id
),

sources_with_versions as (
    select source
    from {{ ref('int_opportunity_versions') }}
    where close_date is not null
    group by source
    having count(distinct extracted_at) > 1
),

activities as (
    select
        activities.opportunity_id,
        max(activities.occurred_on) as last_activity_on
    from {{ ref('int_activity_history') }} as activities
    cross join as_of
    where
        activities.exclusion_reason is null
        and activities.known_to is null
        and activities.opportunity_id is not null
        and activities.occurred_on <= as_of.as_of_date
    group by activities.opportunity_id
),

sources_with_activities as (
    select distinct source
    from {{ ref('int_activity_history') }}
    where exclusion_reason is null and known_to is null and opportunity_id is not null
),

dated as (
    select
        deals.*,
        as_of.as_of_date,
        {{ days_between('deals.created_on', 'as_of.as_of_date') }} as age_days,
        {{ days_between('coalesce(activities.last_activity_on, deals.created_on)', 'as_of.as_of_date') }} as inactive_days
    from deals
    cross join as_of
    left join activities on deals.opportunity_id = activities.opportunity_id
),

final as (
    select
        dated.opportunity_id,
        dated.pipeline,
        coalesce(dated.stage, 'unknown') as stage,
        stages.stage_position as position_in_pipeline,
        coalesce(stages.stage_position > 1 or stages.stage_count = 1, false) as is_qualified,
        dated.amount_reporting,
        dated.age_days,
        case
            when dated.age_days is null then 'unknown'
            when dated.age_days < {{ age_bands[0] }} then 'below {{ age_bands[0] }} days'
            {%- for days in age_bands[1:] %}
            when dated.age_days < {{ days }} then 'from {{ age_bands[loop.index0] }} to below {{ days }} days'
            {%- endfor %}
            else 'from {{ age_bands[-1] }} days'
        end as age_band,
        dated.expected_close_on < dated.as_of_date as is_past_due,
        case when sources_with_versions.source is not null then coalesce(slips.slip_count, 0) end as slip_count,
        case when slips.slip_count > 0 then slips.moved_days end as slipped_days,
        case
            when sources_with_activities.source is not null
                then dated.inactive_days >= {{ var('days_without_activity') }}
        end as is_without_activity
    from dated
    left join stages using (pipeline, stage)
    left join slips on dated.opportunity_id = slips.opportunity_id
    left join sources_with_versions on dated.source = sources_with_versions.source
    left join sources_with_activities on dated.source = sources_with_activities.source
)

select * from final
