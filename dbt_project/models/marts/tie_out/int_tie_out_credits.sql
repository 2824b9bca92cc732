-- What Kuota credits each record with that a total is compared with, in the scope of the total: with what was known on the day of the reading, and
-- with what is known today. Records are named by the row that counts, so that a migrated deal is one of the system that has it.
with

looks as (
    select
        readings.*,
        looks.is_today,
        case when looks.is_today then readings.as_of_date else readings.read_on end as looked_on
    from {{ ref('int_tie_out_readings') }} as readings
    cross join (values (false), (true)) as looks (is_today)
    where readings.reason is null
),

credited as (
    select
        looks.source_key,
        looks.source as crm,
        looks.scope_type,
        looks.scope_id,
        looks.read_on,
        looks.is_today,
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
            and (credits.known_to is null or not looks.is_today)
            and (looks.is_today or {{ is_known_on('credits', 'looks.read_on', 'known_from', 'known_to') }})
    union all
    -- what is open is credited to its owner, in the team of the day on which it is looked at
    select
        looks.source_key,
        looks.source as crm,
        looks.scope_type,
        looks.scope_id,
        looks.read_on,
        looks.is_today,
        looks.object,
        deals.opportunity_id as object_id,
        deals.owner_id as rep_id,
        memberships.team_id,
        cast(null as date) as credited_on,
        deals.amount_reporting as amount,
        deals.source
    from looks
    inner join {{ ref('int_opportunity_history') }} as deals
        on
            not looks.has_period
            and not deals.is_closed
            and (deals.known_to is null or not looks.is_today)
            and (looks.is_today or {{ is_known_on('deals', 'looks.read_on', 'known_from', 'known_to') }})
    left join {{ ref('int_team_memberships') }} as memberships
        on deals.owner_id = memberships.rep_id and looks.looked_on between memberships.valid_from and memberships.valid_to
),

identified as (
    select
        credited.*,
        coalesce(deals.source_opportunity_id, credited.object_id) as record_id,
        coalesce(deals.source_file, activities.source_file) as record_file,
        coalesce(deals.source_row, activities.source_row) as record_row,
        case credited.scope_type
            when 'rep' then credited.rep_id = credited.scope_id
            when 'team' then ancestors.team_id is not null
            else true
        end as is_in_scope
    from credited
    left join {{ ref('int_opportunity_history') }} as deals
        on
            credited.object = 'opportunity'
            and credited.object_id = deals.opportunity_id
            and (deals.known_to is null or not credited.is_today)
            and (credited.is_today or {{ is_known_on('deals', 'credited.read_on', 'known_from', 'known_to') }})
    left join {{ ref('int_activity_history') }} as activities
        on
            credited.object = 'activity'
            and credited.object_id = activities.activity_id
            and activities.exclusion_reason is null
            and (activities.known_to is null or not credited.is_today)
            and (credited.is_today or {{ is_known_on('activities', 'credited.read_on', 'known_from', 'known_to') }})
    left join {{ ref('dim_team_ancestors') }} as ancestors
        on
            credited.scope_type = 'team'
            and credited.team_id = ancestors.team_id
            and credited.scope_id = ancestors.ancestor_team_id
),

final as (
    select
        source_key,
        record_id,
        is_today,
        source = crm as is_of_the_crm,
        max(record_file) as record_file,
        max(record_row) as record_row,
        max(credited_on) as credited_on,
        {{ listed_in_order('rep_id', 'rep_id') }} as rep_ids,
        sum(case when is_in_scope then amount end) as amount,
        max(case when is_in_scope then 1 else 0 end) as is_in_scope
    from identified
    group by source_key, record_id, is_today, source = crm
)

select * from final
