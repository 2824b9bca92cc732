-- The leads that count, with how long each waited for the first outbound activity on it: by the wall clock, and in the working hours of its
-- owner (working days of the owner's region, in the owner's time zone). A lead that was contacted before it was entered waited 0. How
-- long a lead waited is unknown if it came in before its source delivered any contact, or while its owner's activities were not recorded.
{% set answered_at = 'case when first_contacted_at < created_at then created_at else first_contacted_at end' %}

with

leads as (
    select * from {{ ref('int_lead_history') }}
    where exclusion_reason is null and known_to is null
),

contacts as (
    select
        lead_id,
        min(occurred_at) as first_contacted_at,
        min(occurred_on) as first_contacted_on
    from {{ ref('fct_activities') }}
    where direction = 'outbound' and lead_id is not null
    group by lead_id
),

reps as (
    select
        rep_id,
        holiday_region,
        time_zone
    from {{ ref('dim_reps') }}
),

working_days as (
    select * from {{ ref('int_working_days') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

recordings as (
    select
        leads.source,
        min(contacts.first_contacted_on) as recorded_from
    from contacts
    inner join leads on contacts.lead_id = leads.lead_id
    group by leads.source
),

owners_recorded as (
    select distinct leads.lead_id
    from leads
    inner join {{ ref('int_metric_recordings') }} as recordings
        on
            recordings.assignee_type = 'rep'
            and leads.owner_id = recordings.assignee_id
            and leads.created_on between recordings.recorded_from and recordings.recorded_to
    inner join {{ ref('activity_types') }} as activity_types on recordings.metric = activity_types.metric
),

contacted as (
    select
        leads.*,
        contacts.first_contacted_at,
        contacts.first_contacted_on,
        coalesce(leads.created_on >= recordings.recorded_from, false)
        and owners_recorded.lead_id is not null as is_contact_recorded,
        coalesce(reps.holiday_region, '') as region,
        coalesce(reps.time_zone, as_of.reporting_time_zone) as time_zone
    from leads
    cross join as_of
    left join contacts on leads.lead_id = contacts.lead_id
    left join recordings on leads.source = recordings.source
    left join owners_recorded on leads.lead_id = owners_recorded.lead_id
    left join reps on leads.owner_id = reps.rep_id
),

localized as (
    select
        *,
        {{ local_instant('created_at', 'time_zone') }} as created_locally,
        {{ local_instant(answered_at, 'time_zone') }} as contacted_locally,
        {{ seconds_between('created_at', answered_at) }} as response_seconds
    from contacted
),

measured as (
    select
        localized.*,
        ({{ business_seconds_through('localized.contacted_locally', 'contact_days') }})
        - ({{ business_seconds_through('localized.created_locally', 'creation_days') }}) as response_business_seconds
    from localized
    left join working_days as creation_days
        on localized.region = creation_days.region and cast(localized.created_locally as date) = creation_days.date_day
    left join working_days as contact_days
        on localized.region = contact_days.region and cast(localized.contacted_locally as date) = contact_days.date_day
),

final as (
    select
        cast(lead_id as varchar) as lead_id,
        cast(source as varchar) as source,
        cast(owner_id as varchar) as owner_id,
        cast(opportunity_id as varchar) as opportunity_id,
        cast(lead_source as varchar) as lead_source,
        cast(lead_status as varchar) as lead_status,
        created_at,
        created_on,
        is_contact_recorded,
        first_contacted_at,
        first_contacted_on,
        case
            when is_contact_recorded then cast(round(cast(response_seconds as double) / 60, 2) as decimal(18, 2))
        end as response_minutes,
        case
            when is_contact_recorded
                then cast(round(cast(response_business_seconds as double) / 60, 2) as decimal(18, 2))
        end as response_business_minutes,
        qualified_at,
        qualified_on,
        converted_on,
        cast(source_file as varchar) as source_file,
        source_row
    from measured
)

select * from final
