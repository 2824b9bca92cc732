-- A company in the plain format, the same at every run: what each record says depends on its number alone.
-- Variables: reps, deals, activities, accounts, months, last_day.
create or replace macro pick(number, salt, size) as (hash(number, salt) % size)::bigint;
create or replace macro random_share(number, salt) as pick(number, salt, 1000003) / 1000003.0;
create or replace macro code(letter, number) as letter || lpad(number::varchar, 7, '0');
create or replace macro word(number, salt) as ([
    'Abadi', 'Agung', 'Andalan', 'Anugerah', 'Arta', 'Bahari', 'Bahtera', 'Berkah', 'Bintang', 'Buana', 'Cahaya', 'Citra',
    'Dharma', 'Dinamika', 'Eka', 'Fajar', 'Gemilang', 'Graha', 'Harapan', 'Indah', 'Inti', 'Jaya', 'Karya', 'Kencana',
    'Kurnia', 'Lautan', 'Lestari', 'Makmur', 'Mandiri', 'Mega', 'Mitra', 'Mulia', 'Multi', 'Nusantara', 'Pelita', 'Perdana',
    'Permata', 'Prima', 'Putra', 'Rejeki', 'Sakti', 'Samudra', 'Sarana', 'Sejahtera', 'Sentosa', 'Sinar', 'Sukses', 'Sumber',
    'Surya', 'Tirta', 'Tunas', 'Utama', 'Wahana', 'Wijaya'
])[1 + pick(number, salt, 54)];

create or replace table span as select
    getvariable('last_day') as last_day,
    (date_trunc('month', getvariable('last_day')) - to_months(getvariable('months') - 1))::date as first_day;

create or replace table team as
select
    team,
    code('T', team) as team_id,
    'Team ' || team as name,
    if(team <= 5, null, code('T', 1 + team % 5)) as parent_team_id
from range(1, 6 + getvariable('reps') // 10) as teams(team);

create or replace table rep as
select
    rep,
    code('R', rep) as rep_id,
    'Rep ' || word(rep, 'first') || ' ' || rep as name,
    'rep' || rep || '@example.com' as email,
    if(rep % 3 = 0, 'account_manager', 'account_executive') as role,
    if(rep % 2 = 0, 'mid', 'small') as segment,
    code('T', 6 + (rep - 1) // 10) as team_id,
    (select first_day from span) - 400 as hired_on
from range(1, 1 + getvariable('reps')) as reps(rep);

create or replace table account as
select
    account,
    code('A', account) as account_id,
    'PT ' || word(account, 'first') || ' ' || word(account, 'second') || ' ' || word(account, 'third')
    || ' ' || 100 + pick(account, 'number', 900) as name,
    ['manufacturing', 'retail', 'logistics', 'health', 'education'][1 + account % 5] as industry,
    code('R', 1 + pick(account, 'owner', getvariable('reps'))) as owner_id,
    (select first_day from span) - 30 as created_on
from range(1, 1 + getvariable('accounts')) as accounts(account);

-- a deal goes through four stages of some days each; some are lost on the way, and the others are won or lost at the end
create or replace table deal as
select
    deal,
    code('O', deal) as opportunity_id,
    code('R', 1 + pick(deal, 'owner', getvariable('reps'))) as owner_id,
    code('A', 1 + pick(deal, 'account', getvariable('accounts'))) as account_id,
    if(deal % 3 = 0, code('L', deal // 3), null) as lead_id,
    (select first_day from span)::timestamp
    + to_seconds((random_share(deal, 'created') * 86400 * (
        select last_day - first_day + 1 from span
    ))::bigint) as created_at,
    1000 * (500 + pick(deal, 'amount', 90000)) as amount,
    if(random_share(deal, 'won') < 0.28, 'Won', 'Lost') as outcome,
    -- how many of the open stages the deal enters before it is closed
    if(outcome = 'Won', 4, 2 + pick(deal, 'stages', 3)) as stage_count
from range(1, 1 + getvariable('deals')) as deals(deal);

create or replace table stage_event as
with visits as (
    select
        *,
        unnest(range(stage_count + 1)) as position,
        ['Prospecting', 'Qualified', 'Proposal', 'Negotiation'] as stages
    from deal
),

dated as (
    select
        *,
        created_at + to_seconds(coalesce(
            sum(if(position = 0, 0, 86400 * 2 + 86400 * 20 * random_share(deal, position)))
                over (partition by deal order by position rows unbounded preceding), 0
        )::bigint) as changed_at
    from visits
)

select
    deal,
    opportunity_id,
    owner_id,
    changed_at,
    if(position = stage_count, outcome, stages[position + 1]) as to_stage,
    if(position = 0, null, stages[position]) as from_stage
from dated;

create or replace table lead as
select
    deal // 3 as lead,
    lead_id,
    owner_id,
    opportunity_id,
    created_at - to_hours(30 + pick(deal, 'lead', 200)) as created_at,
    created_at as converted_at
from deal
where lead_id is not null;

create or replace table activity as
select
    activity,
    code('V', activity) as activity_id,
    ['call', 'email', 'email', 'meeting', 'call', 'email', 'proposal'][1 + pick(activity, 'type', 7)] as type,
    deal.owner_id as rep_id,
    deal.opportunity_id,
    deal.account_id,
    deal.created_at + to_seconds((86400 * 60 * random_share(activity, 'time'))::bigint) as occurred_at,
    occurred_at + to_minutes(pick(activity, 'logged', 180)) as logged_at,
    if(activity % 4 = 0, 'inbound', 'outbound') as direction
from (select activity, 1 + pick(activity, 'deal', getvariable('deals')) as deal
    from range(1, 1 + getvariable('activities')) as activities(activity)) as numbered
inner join deal using (deal);

-- the extracts: of the records that change, those which changed from an instant on, as they were at a later one
create or replace macro written(instant) as strftime(instant, '%Y-%m-%dT%H:%M:%SZ');

create or replace macro leads(changed_from, known_until) as table
select
    lead_id,
    written(created_at) as created_at,
    'website' as source,
    owner_id,
    if(converted_at < known_until, 'converted', 'working') as status,
    if(converted_at < known_until, written(converted_at), null) as qualified_at,
    if(converted_at < known_until, written(converted_at), null) as converted_at,
    if(converted_at < known_until, opportunity_id, null) as opportunity_id
from lead
where created_at < known_until and if(converted_at < known_until, converted_at, created_at) >= changed_from;

create or replace macro opportunities(changed_from, known_until) as table
with newest as (
    select
        opportunity_id,
        arg_max(to_stage, changed_at) as stage,
        max(changed_at) as changed_at
    from stage_event
    where changed_at < known_until
    group by opportunity_id
)

select
    opportunity_id,
    owner_id,
    stage,
    written(created_at) as created_at,
    'Deal ' || deal as name,
    account_id,
    'sales' as pipeline,
    amount,
    'IDR' as currency,
    if(stage in ('Won', 'Lost'), changed_at, created_at + to_days(60))::date as close_date,
    if(stage in ('Won', 'Lost'), written(changed_at), null) as closed_at,
    owner_id as created_by,
    lead_id,
    written(changed_at) as updated_at
from deal
inner join newest using (opportunity_id)
where changed_at >= changed_from;

create or replace macro stage_events(changed_from, known_until) as table
select
    opportunity_id,
    written(changed_at) as changed_at,
    to_stage,
    from_stage,
    owner_id as changed_by
from stage_event
where changed_at >= changed_from and changed_at < known_until;

create or replace macro activities(changed_from, known_until) as table
select
    activity_id,
    type,
    rep_id,
    written(occurred_at) as occurred_at,
    written(logged_at) as logged_at,
    opportunity_id,
    account_id,
    direction
from activity
where logged_at >= changed_from and logged_at < known_until;

create or replace macro reps() as table
select
    rep_id,
    name,
    email,
    role,
    segment,
    team_id,
    hired_on
from rep;

create or replace macro teams() as table
select
    team_id,
    name,
    parent_team_id
from team;

create or replace macro accounts() as table
select
    account_id,
    name,
    industry,
    owner_id,
    written(created_on) as created_at
from account;

create or replace macro quotas() as table
select
    'rep' as assignee_type,
    rep_id as assignee,
    'revenue_won' as metric,
    'month' as period_type,
    unnest(generate_series(first_day, last_day, interval 1 month))::date as period_start,
    60000000 as target,
    'IDR' as currency,
    '' as effective_from
from rep
cross join span;

create or replace macro stage_map() as table
select
    'generic' as source,
    '' as pipeline,
    stage as source_stage,
    stage,
    stage_order,
    stage_order > 4 as is_closed,
    stage = 'Won' as is_won,
    '' as valid_from,
    '' as valid_to
from (
    values ('Prospecting', 1), ('Qualified', 2), ('Proposal', 3), ('Negotiation', 4), ('Won', 5), ('Lost', 6)
) as stages (stage, stage_order);

create or replace macro holidays() as table
select
    make_date(year, 1, 1) as date,
    '' as region,
    'New Year' as name
from range(2016, 2028) as years(year);
