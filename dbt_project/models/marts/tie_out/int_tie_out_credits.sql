-- What Kuota credits each record with in the period that a total is compared with: by what was known on the day of the reading, and by what is known
-- today. Records are named by the row that counts, so that a migrated deal is one of the system that has it.
with

readings as (
    select * from {{ ref('int_tie_out_readings') }}
    where reason is null
),

-- read_on is null for today
looks as (
    select distinct
        figure_id,
        metric,
        object,
        has_period,
        kuota_period_start,
        kuota_period_end,
        read_on,
        read_on as looked_on
    from readings
    union all
    select distinct
        figure_id,
        metric,
        object,
        has_period,
        kuota_period_start,
        kuota_period_end,
        cast(null as date) as read_on,
        as_of_date as looked_on
    from readings
),

credited as (
    select
        looks.figure_id,
        looks.read_on,
        credits.object,
        credits.object_id,
        credits.rep_id,
        credits.team_id,
        credits.credited_on,
        credits.amount,
        credits.source
    from looks
    inner join {{ ref('int_metric_credit_history') }} as credits
        on
            looks.metric = credits.metric
            and credits.credited_on between looks.kuota_period_start and looks.kuota_period_end
    where {{ was_known('credits', 'looks.read_on') }}
    union all
    -- what is open is credited to its owner, in the team of the day on which it is looked at
    select
        looks.figure_id,
        looks.read_on,
        looks.object,
        deals.opportunity_id as object_id,
        deals.owner_id as rep_id,
        memberships.team_id,
        cast(null as date) as credited_on,
        deals.amount_reporting as amount,
        deals.source
    from looks
    inner join {{ ref('int_opportunity_history') }} as deals on not looks.has_period and not deals.is_closed
    left join {{ ref('int_team_memberships') }} as memberships
        on deals.owner_id = memberships.rep_id and looks.looked_on between memberships.valid_from and memberships.valid_to
    where {{ was_known('deals', 'looks.read_on') }}
),

final as (
    select
        credited.*,
        coalesce(deals.source_opportunity_id, credited.object_id) as record_id,
        coalesce(deals.source_file, activities.source_file) as record_file,
        coalesce(deals.source_row, activities.source_row) as record_row
    from credited
    left join {{ ref('int_opportunity_history') }} as deals
        on
            credited.object = 'opportunity'
            and credited.object_id = deals.opportunity_id
            and {{ was_known('deals', 'credited.read_on') }}
    left join {{ ref('int_activity_history') }} as activities
        on
            credited.object = 'activity'
            and credited.object_id = activities.activity_id
            and activities.exclusion_reason is null
            and {{ was_known('activities', 'credited.read_on') }}
)

select * from final
