-- noqa: disable=LT02
-- Every rep, account, team and product of every source, with what it is recognized by in another system (a rep by e-mail, an account by its
-- name) and the id that the register crosswalk declares for it.
{% set organization_entities = {
    'rep': {'plural': 'reps', 'recognized_by': "lower(" ~ trimmed('email') ~ ")"},
    'account': {'plural': 'accounts', 'recognized_by': normalized_name('account_name')},
    'team': {'plural': 'teams', 'recognized_by': 'cast(null as varchar)'},
    'product': {'plural': 'products', 'recognized_by': 'cast(null as varchar)'},
} %}

with

crosswalks as (
    select * from {{ ref('int_crosswalks_in_force') }}
),

records as (
    {% for entity, listed in organization_entities.items() -%}
    select
        '{{ entity }}' as entity,
        source,
        {{ entity }}_id as source_record_id,
        {{ entity }}_key as record_key,
        {{ entity }}_name as record_name,
        nullif({{ listed.recognized_by }}, '') as recognized_by,
        first_seen_at
    from {{ ref('int_' ~ listed.plural ~ '_unioned') }}
    where exclusion_reason is null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

{{ steps_declaring_ids() }}

select * from records_with_declared_ids
