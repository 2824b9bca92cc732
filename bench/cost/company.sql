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
