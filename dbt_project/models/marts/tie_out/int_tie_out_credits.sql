-- What Kuota credits each record with in the period that a total is compared with: by what was known on the day of the reading, and by what is known
-- today. Records are named by the row that counts, so that a migrated deal is one of the system that has it.
{% set figure = 'figure_id, metric, object, has_period, kuota_period_start, kuota_period_end' %}
with

readings as (
    select * from {{ ref('int_tie_out_readings') }}
    where reason is null
),

-- what is known today is what is known on every later day; read_on is null then
cutoffs as (
    select distinct
        {{ figure }},
        read_on,
        read_on as cutoff_on,
        read_on as known_on
    from readings
    union all
    select distinct
        {{ figure }},
        cast(null as date) as read_on,
        as_of_date as cutoff_on,
        cast('9999-12-30' as date) as known_on
    from readings
),

credited as (
    select
        cutoffs.figure_id,
        cutoffs.read_on,
        cutoffs.known_on,
        credits.object,
        credits.object_id,
        credits.rep_id,
        credits.team_id,
        credits.credited_on,
        credits.amount,
        credits.source
    from cutoffs
    inner join {{ ref('int_metric_credit_history') }} as credits
        on
            cutoffs.metric = credits.metric
            and credits.credited_on between cutoffs.kuota_period_start and cutoffs.kuota_period_end
            and {{ is_known_on('credits', 'cutoffs.known_on', 'known_from', 'known_to') }}
    union all
    -- what is open is credited to its owner, in the team of the day of the cutoff
    select
        cutoffs.figure_id,
        cutoffs.read_on,
        cutoffs.known_on,
        cutoffs.object,
        deals.opportunity_id as object_id,
        deals.owner_id as rep_id,
        memberships.team_id,
        cast(null as date) as credited_on,
        deals.amount_reporting as amount,
        deals.source
    from cutoffs
    inner join {{ ref('int_opportunity_history') }} as deals
        on
            not cutoffs.has_period
            and not deals.is_closed
            and {{ is_known_on('deals', 'cutoffs.known_on', 'known_from', 'known_to') }}
    left join {{ ref('int_team_memberships') }} as memberships
        on deals.owner_id = memberships.rep_id and cutoffs.cutoff_on between memberships.valid_from and memberships.valid_to
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
            case credited.object when 'opportunity' then credited.object_id end = deals.opportunity_id
            and {{ is_known_on('deals', 'credited.known_on', 'known_from', 'known_to') }}
    left join {{ ref('int_activity_history') }} as activities
        on
            case credited.object when 'activity' then credited.object_id end = activities.activity_id
            and activities.exclusion_reason is null
            and {{ is_known_on('activities', 'credited.known_on', 'known_from', 'known_to') }}
)

select * from final
