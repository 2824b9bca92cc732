-- Statuses and outcomes of activities that their CRM does not have by itself: each value once. Such an activity counts nowhere.
with

unknown as (
    select
        source,
        activity_type,
        outcome,
        count(*) as activity_count,
        min(source_file) as source_file,
        min(source_row) as source_row
    from {{ ref('int_activity_history') }}
    where exclusion_reason = 'unknown_outcome' and known_to is null
    group by source, activity_type, outcome
)

select
    source,
    activity_type,
    activity_count,
    source || ', ' || activity_type || ': ''' || substring(outcome, 9) || ''' (activities: ' || cast(activity_count as varchar)
    || ', first in ' || source_file || ', line ' || cast(source_row as varchar) || ')' as message
from unknown
