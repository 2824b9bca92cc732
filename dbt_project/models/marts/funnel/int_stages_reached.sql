-- When a deal or a lead first reached each stage: its first entry into that stage or any later one; going back never unreaches it.
-- Won is reached only while the deal is won.
with

entries as (
    select * from {{ ref('int_funnel_entries_unioned') }}
),

stages as (
    select * from {{ ref('int_funnel_stages_listed') }}
),

{{ stages_reached('entries', 'stages') }}

select * from stages_reached
